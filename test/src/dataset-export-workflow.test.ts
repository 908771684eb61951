import {
  CfnParameter, Duration, Stack,
  aws_cloudwatch as cloudwatch, aws_events as events, aws_events_targets as targets, aws_kms as kms, aws_logs as logs, aws_personalize as personalize,
  aws_scheduler as scheduler, aws_sns as sns, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportSchedule, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetGroup, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack, definitionOf, importedDataset, newDataset } from '../stacks';

const MACHINE = 'AWS::StepFunctions::StateMachine';
const GROUP_ARN = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/books`;

function workflowIn(stack: Stack, props: DatasetExportWorkflowProps = {}, id = 'Backup'): DatasetExportWorkflow {
  const nothing = props.datasets === undefined && props.datasetGroups === undefined;
  return new DatasetExportWorkflow(stack, id, { ingestionMode: IngestionMode.ALL, ...nothing && { datasets: [importedDataset(stack)] }, ...props });
}

function group(stack: Stack, arn = GROUP_ARN): personalize.IDatasetGroupRef {
  return DatasetGroup.fromDatasetGroupArn(stack, `Group${stack.node.children.length}`, arn);
}

function datasets(stack: Stack, count: number): personalize.IDatasetRef[] {
  return Array.from({ length: count }, (_, index) => importedDataset(stack, DATASET_ARN.replace('movies', `movies${index}`)));
}

function statements(stack: Stack): any[] {
  const template = Template.fromStack(stack);
  const policies = [...Object.entries(template.findResources('AWS::IAM::Policy')), ...Object.entries(template.findResources('AWS::IAM::ManagedPolicy'))];
  return policies.filter(([id]) => /^Backup(StateMachine|MapRun)/.test(id)).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
}

const actionsOf = (stack: Stack) => statements(stack).flatMap(({ Action }) => Action).sort();

describe('state machine', () => {
  test('names its datasets, runs at most five jobs at a time and takes six hours at most', () => {
    const stack = concreteStack();
    workflowIn(stack);
    const definition = definitionOf(stack);
    expect(definition).toMatchObject({ TimeoutSeconds: 21_600, Comment: 'Exports datasets of Amazon Personalize (Movies/Backup)' });
    expect(definition.States['Start run'].Parameters.given).toEqual([DATASET_ARN]);
    expect(definition.States['For each dataset']).toMatchObject({ MaxConcurrency: 5, ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' } } });
    expect(definition.States).not.toHaveProperty('For each dataset group');
  });

  test('passes the props on', () => {
    const stack = concreteStack();
    workflowIn(stack, { maxConcurrency: 2, pollInterval: Duration.seconds(20), timeout: Duration.hours(1) });
    const definition = definitionOf(stack);
    expect(definition.TimeoutSeconds).toBe(3600);
    expect(definition.States['For each dataset'].MaxConcurrency).toBe(2);
    expect(definition.States['For each dataset'].ItemProcessor.States['Wait for dataset export job'].Seconds).toMatch(/: 20 %}$/);
  });

  test('comes after the policies of the destination, and after those for all its datasets', () => {
    const stack = concreteStack();
    workflowIn(stack, { datasets: datasets(stack, 21) });
    Template.fromStack(stack).hasResource(MACHINE, {
      DependsOn: Match.arrayWith([
        Match.stringLikeRegexp('^BackupDatasetsPolicy1'),
        Match.stringLikeRegexp('^BackupDestinationBucketPolicy'), Match.stringLikeRegexp('^BackupDestinationRoleDefaultPolicy'),
        Match.stringLikeRegexp('^BackupStateMachineRoleDefaultPolicy'),
      ]),
    });
  });

  test('is logged when that is wanted', () => {
    const stack = concreteStack();
    workflowIn(stack, { logs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ERROR } });
    Template.fromStack(stack).hasResourceProperties(MACHINE, { LoggingConfiguration: { Level: 'ERROR' } });
  });

  test('is traced when that is wanted', () => {
    const stack = concreteStack();
    workflowIn(stack, { tracing: true });
    Template.fromStack(stack).hasResourceProperties(MACHINE, { TracingConfiguration: { Enabled: true } });
    expect(actionsOf(stack)).toEqual(expect.arrayContaining(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']));
  });

  test.each([[false, 'StringEquals', 1], [true, 'StringLike', 2]])('can be encrypted (distributed: %s): the role may use the key for it, before a schedule starts a run', (distributed, operator, arns) => {
    const stack = concreteStack();
    const workflow = workflowIn(stack, { distributed, encryptionKey: new kms.Key(stack, 'Key') });
    new DatasetExportSchedule(stack, 'Nightly', { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.days(1)) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties(MACHINE, {
      EncryptionConfiguration: { Type: 'CUSTOMER_MANAGED_KMS_KEY', KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] } },
    });
    const [id, policy] = Object.entries(template.findResources('AWS::IAM::Policy')).find(([name]) => name.startsWith('BackupStateMachineKeyPolicy'))!;
    const [{ Action, Condition }] = policy.Properties.PolicyDocument.Statement;
    expect(Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
    expect([Condition[operator]['kms:EncryptionContext:aws:states:stateMachineArn']].flat()).toHaveLength(arns);
    template.hasResource('AWS::Scheduler::Schedule', { DependsOn: Match.arrayWith([id]) });
  });

  test('refuses an alias as key', () => {
    const stack = concreteStack();
    expect(() => workflowIn(stack, { encryptionKey: kms.Alias.fromAliasName(stack, 'Key', 'alias/mine') })).toThrow('encryptionKey must have the ARN of a key');
  });
});

describe('inline or distributed', () => {
  const mode = (props: (stack: Stack) => DatasetExportWorkflowProps) => {
    const stack = concreteStack();
    workflowIn(stack, props(stack));
    return definitionOf(stack).States['For each dataset'].ItemProcessor.ProcessorConfig.Mode;
  };

  test.each<[string, string, (stack: Stack) => DatasetExportWorkflowProps]>([
    ['INLINE', '100 datasets', stack => ({ datasets: datasets(stack, 100) })],
    ['DISTRIBUTED', '101 datasets', stack => ({ datasets: datasets(stack, 101) })],
    ['INLINE', '33 dataset groups', stack => ({ datasetGroups: Array.from({ length: 33 }, (_, index) => group(stack, `${GROUP_ARN}${index}`)), timeout: Duration.hours(3) })],
    ['DISTRIBUTED', '34 dataset groups', stack => ({ datasetGroups: Array.from({ length: 34 }, (_, index) => group(stack, `${GROUP_ARN}${index}`)), timeout: Duration.hours(3) })],
    ['INLINE', 'the longest timeout and the shortest poll interval of one dataset', () => ({ timeout: Duration.days(365), pollInterval: Duration.seconds(1) })],
    ['INLINE', 'a short poll interval', stack => ({ datasets: datasets(stack, 5), pollInterval: Duration.seconds(1) })],
    ['INLINE', 'many at a time', stack => ({ datasets: datasets(stack, 20), maxConcurrency: 20 })],
    ['DISTRIBUTED', 'a longer timeout than the history bears', stack => ({ datasets: datasets(stack, 100), timeout: Duration.hours(12) })],
    ['DISTRIBUTED', 'a shorter poll interval than the history bears', stack => ({ datasets: datasets(stack, 100), pollInterval: Duration.seconds(10) })],
    ['DISTRIBUTED', 'as told', () => ({ distributed: true })],
    ['INLINE', 'as told', stack => ({ distributed: false, datasets: datasets(stack, 101) })],
  ])('%s: %s', (expected, _, props) => {
    expect(mode(props)).toBe(expected);
  });

  test('a Distributed Map has two days, and writes its results where no table of exports reads them', () => {
    const stack = concreteStack();
    workflowIn(stack, { distributed: true, destination: new ExportDestination(stack, 'Exports', { prefix: 'personalize/' }) });
    const definition = definitionOf(stack);
    expect(definition.TimeoutSeconds).toBe(2 * 86_400);
    expect(definition.States['For each dataset'].ResultWriter.Parameters).toEqual({
      Bucket: expect.stringMatching(/^<ExportsBucket/), Prefix: expect.stringMatching(/^_map_runs\/Movies_Export[0-9A-F]{8}$/),
    });
  });
});

describe('permissions', () => {
  test('are those for the datasets, the jobs of this workflow, the role and the event bus', () => {
    const stack = concreteStack();
    workflowIn(stack);
    expect(actionsOf(stack)).toEqual([
      'events:PutEvents', 'iam:PassRole', 'personalize:CreateDatasetExportJob', 'personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob',
      's3:ListBucket',
    ]);
    expect(statements(stack).filter(({ Resource }) => Resource === '*')).toEqual([]);
    expect(statements(stack).map(({ Resource }) => Resource)).toContain(DATASET_ARN);
  });

  test('cover the datasets of dataset groups, and listing, which has no resource', () => {
    const stack = concreteStack();
    workflowIn(stack, { datasetGroups: [group(stack)] });
    const text = JSON.stringify(statements(stack));
    expect(text).toContain(':personalize:eu-west-1:111122223333:dataset/books/*');
    expect(statements(stack).filter(({ Resource }) => Resource === '*').map(({ Action }) => Action)).toEqual(['personalize:ListDatasets']);
  });

  test('cover the datasets of a dataset group of the same app', () => {
    const stack = concreteStack();
    const { datasetGroupRef } = newDataset(stack).node.scope!.node.findChild('DatasetGroup') as personalize.CfnDatasetGroup;
    workflowIn(stack, { datasetGroups: [stack.node.findChild('DatasetGroup') as personalize.CfnDatasetGroup] });
    expect(datasetGroupRef.datasetGroupArn).toBeDefined();
    const [statement] = statements(stack).filter(({ Resource }) => JSON.stringify(Resource).includes(':dataset/'));
    expect(statement.Resource['Fn::Join'][1]).toEqual(['arn:', { Ref: 'AWS::Partition' }, ':personalize:eu-west-1:111122223333:dataset/', expect.anything(), '/*']);
  });

  test('of a Distributed Map cover its own executions, and its results, and no other objects', () => {
    const stack = concreteStack();
    workflowIn(stack, { distributed: true });
    expect(actionsOf(stack)).toEqual(expect.arrayContaining(['states:StartExecution', 'states:DescribeMapRun', 's3:PutObject', 'kms:GenerateDataKey']));
    const [objects] = statements(stack).filter(({ Action }) => Action.includes('s3:PutObject'));
    expect(objects.Resource['Fn::Join'][1][1]).toMatch(/^\/_map_runs\/Movies_Export[0-9A-F]{8}\/\*$/);
    const [runs] = statements(stack).filter(({ Action }) => Action === 'states:DescribeMapRun');
    expect(runs.Resource['Fn::Join'][1].slice(-2)).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^BackupStateMachine/), 'Name'] }, '/*']);
    expect(statements(stack).filter(({ Resource }) => Resource === '*')).toEqual([]);
  });

  test('name the event bus given', () => {
    const stack = concreteStack();
    const eventBus = new events.EventBus(stack, 'Bus');
    workflowIn(stack, { eventBus });
    expect(statements(stack).find(({ Action }) => Action === 'events:PutEvents').Resource).toEqual(stack.resolve(eventBus.eventBusArn));
    expect(JSON.stringify(definitionOf(stack))).toContain('"EventBusName":"<Bus');
  });
});

describe('rules', () => {
  test.each<[string, string[], (workflow: DatasetExportWorkflow, options: events.OnEventOptions) => events.Rule]>([
    ['Dataset Export Job State Change', ['CREATE FAILED', 'ERROR'], (workflow, options) => workflow.onExportFailed('Rule', options)],
    ['Dataset Export Job State Change', ['ACTIVE'], (workflow, options) => workflow.onExportSucceeded('Rule', options)],
    ['Dataset Export Run State Change', ['FAILED'], (workflow, options) => workflow.onRunFailed('Rule', options)],
    ['Dataset Export Run State Change', ['SUCCEEDED'], (workflow, options) => workflow.onRunSucceeded('Rule', options)],
  ])('for %s %j', (detailType, status, on) => {
    const stack = concreteStack();
    const topic = new sns.Topic(stack, 'Topic');
    const eventBus = new events.EventBus(stack, 'Bus');
    on(workflowIn(stack, { eventBus }), { target: new targets.SnsTopic(topic), description: 'why', ruleName: 'rule', eventPattern: { detail: { datasetArn: [DATASET_ARN] } } });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', {
      Name: 'rule',
      Description: 'why',
      EventBusName: stack.resolve(eventBus.eventBusName),
      EventPattern: {
        'source': ['cdk-personalize-dataset-export'],
        'detail-type': [detailType],
        'detail': { stateMachineArn: [{ Ref: Match.stringLikeRegexp('^BackupStateMachine') }], status, datasetArn: [DATASET_ARN] },
      },
      Targets: [Match.objectLike({ Arn: stack.resolve(topic.topicArn) })],
    });
  });

  test('without a target can be given one later', () => {
    const stack = concreteStack();
    workflowIn(stack).onExportFailed('Rule').addTarget(new targets.SnsTopic(new sns.Topic(stack, 'Topic')));
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { Targets: [Match.anyValue()] });
  });
});

describe('metrics', () => {
  test.each<[string, (workflow: DatasetExportWorkflow) => cloudwatch.Metric]>([
    ['ExecutionsFailed', workflow => workflow.metricFailed()],
    ['ExecutionsTimedOut', workflow => workflow.metricTimedOut()],
    ['ExecutionsAborted', workflow => workflow.metricAborted()],
    ['ExecutionsSucceeded', workflow => workflow.metricSucceeded()],
    ['ExecutionsStarted', workflow => workflow.metricStarted()],
    ['ExecutionTime', workflow => workflow.metricTime()],
  ])('%s is the state machine\'s', (metricName, metric) => {
    const stack = concreteStack();
    const workflow = workflowIn(stack);
    expect(metric(workflow)).toMatchObject({ namespace: 'AWS/States', metricName, dimensions: { StateMachineArn: workflow.stateMachine.stateMachineArn } });
  });

  test('the failure alarm goes off when a run failed, timed out or was stopped, and does what it is told', () => {
    const stack = concreteStack();
    const action: cloudwatch.IAlarmAction = { bind: () => ({ alarmActionArn: 'arn:aws:sns:eu-west-1:111122223333:topic' }) };
    workflowIn(stack).addFailureAlarm('Alarm', { alarmName: 'backup', actions: [action] });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'backup',
      AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:topic'],
      Threshold: 1,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
      Metrics: Match.arrayWith([
        Match.objectLike({ Expression: 'failed + timedOut + aborted' }),
        ...['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map(MetricName => Match.objectLike({ MetricStat: { Metric: Match.objectLike({ MetricName }), Stat: 'Sum' } })),
      ]),
    });
  });
});

describe('validation', () => {
  test.each<[string, (stack: Stack) => DatasetExportWorkflowProps, string | RegExp]>([
    ['there is nothing to export', () => ({ datasets: [], datasetGroups: [] }), /^datasets or datasetGroups must have at least one/],
    ['a dataset cannot be exported', stack => ({ datasets: [newDataset(stack, 'Actions')] }), /^datasets .*ACTIONS/],
    ['a dataset is given twice', stack => ({ datasets: [importedDataset(stack), importedDataset(stack)] }), `datasets must not contain duplicates, got "${DATASET_ARN}"`],
    ['a dataset group is none', stack => ({ datasetGroups: [group(stack, DATASET_ARN)] }), /^datasetGroupArn must have the form .*got /],
    ['a dataset reference of the app has no ARN of a dataset', () => ({ datasets: [{ datasetRef: { datasetArn: GROUP_ARN } } as personalize.IDatasetRef] }), /^datasets must have the form .*got /],
    ['a group reference of the app has no ARN of a dataset group', () => ({ datasetGroups: [{ datasetGroupRef: { datasetGroupArn: DATASET_ARN } } as personalize.IDatasetGroupRef] }), /^datasetGroups must have the form .*got /],
    ['a dataset group is given twice', stack => ({ datasetGroups: [group(stack), group(stack)] }), `datasetGroups must not contain duplicates, got "${GROUP_ARN}"`],
    ['the tags are wrong', () => ({ tags: { 'aws:team': 'ml' } }), /^tags .*"aws:team"/],
  ])('fails at synthesis when %s', (_, props, message) => {
    const stack = concreteStack();
    expect(() => workflowIn(stack, props(stack))).toThrow(message);
  });

  test('refuses more datasets in an inline Map than its report has room for', () => {
    expect(() => workflowIn(concreteStack(), { distributed: false, datasetGroups: Array.from({ length: 55 }, (_, index) => ({ datasetGroupRef: { datasetGroupArn: `${GROUP_ARN}${index}` } }) as personalize.IDatasetGroupRef) }))
      .toThrow(/^distributed must not be false .* 164 datasets, .* got 165: .*leave distributed out/);
  });

  test('refuses more datasets than Step Functions passes from state to state, and takes an unknown ARN for a long one', () => {
    const stack = concreteStack();
    const groups = (count: number, arn: (index: number) => string) => Array.from({ length: count }, (_, index) => (
      DatasetGroup.fromDatasetGroupArn(stack, `Group${stack.node.children.length}`, arn(index))));
    const known = (index: number) => `${GROUP_ARN}${index}`;
    const unknown = (index: number) => new CfnParameter(stack, `Group${stack.node.children.length}${index}`).valueAsString;
    workflowIn(stack, { datasetGroups: groups(600, known) }, 'Many');
    expect(() => workflowIn(stack, { datasetGroups: groups(601, known) }, 'TooMany')).toThrow(
      /^datasetGroups must have at most 600 .*got 601: /);
    expect(() => workflowIn(stack, { datasets: Array.from({ length: 3_500 }, (_, index) => importedDataset(stack, `${DATASET_ARN.replace('movies', `movies${index}`)}`)) }, 'Datasets')).toThrow(
      /^datasets and datasetGroups must be fewer, got 3500 and 0: /);
    expect(() => workflowIn(stack, { datasetGroups: groups(600, unknown) }, 'TooManyUnknown')).toThrow(/got 0 and 600/);
  });

  test('leaves tokens to the run', () => {
    const stack = concreteStack();
    const text = new CfnParameter(stack, 'Text').valueAsString;
    workflowIn(stack, { datasets: [Dataset.fromDatasetArn(stack, 'D', text)], datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'G', text)] });
    expect(definitionOf(stack).States['Start run'].Parameters).toMatchObject({ given: ['<Text>'], datasetGroups: ['<Text>'] });
  });
});
