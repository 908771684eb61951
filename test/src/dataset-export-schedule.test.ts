import {
  App, Duration, Stack, TimeZone, aws_events_targets as targets, aws_kms as kms, aws_scheduler as scheduler, aws_sns as sns, aws_sqs as sqs,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportSchedule, DatasetExportScheduleProps, DatasetExportWorkflow, IngestionMode } from '../../src';
import { ACCOUNT, REGION, concreteStack, importedDataset } from '../stacks';

function scheduleIn(stack: Stack, props: Partial<DatasetExportScheduleProps> = {}): DatasetExportSchedule {
  const workflow = props.workflow ?? new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack)], ingestionMode: IngestionMode.ALL });
  return new DatasetExportSchedule(stack, 'Nightly', {
    workflow, schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '30', timeZone: TimeZone.EUROPE_BERLIN }), ...props,
  });
}

describe('schedule', () => {
  test('starts the state machine at its time, in its time zone', () => {
    const stack = concreteStack();
    scheduleIn(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(30 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Description: 'Personalize dataset exports of Movies/Backup',
      Target: {
        Arn: { Ref: Match.stringLikeRegexp('^BackupStateMachine') },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NightlyDeadLetterQueue'), 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 185 },
      },
    });
  });

  test('passes everything on', () => {
    const stack = concreteStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    scheduleIn(stack, {
      timeWindow: scheduler.TimeWindow.flexible(Duration.minutes(30)),
      scheduleName: 'nightly',
      description: 'why not',
      enabled: false,
      retryAttempts: 3,
      maxEventAge: Duration.minutes(10),
      encryptionKey,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'nightly',
      Description: 'why not',
      State: 'DISABLED',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 3 } },
      KmsKeyArn: stack.resolve(encryptionKey.keyArn),
    });
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['an alias', stack => kms.Alias.fromAliasName(stack, 'Alias', 'alias/schedules')],
    ['a key of another Region', stack => kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:us-east-1:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`)],
  ])('encrypted with %s fails at synthesis', (_, key) => {
    const stack = concreteStack();
    expect(() => scheduleIn(stack, { encryptionKey: key(stack) })).toThrow('encryptionKey must ');
  });

  test('comes after what its first run needs, which a rate starts at once', () => {
    const stack = concreteStack();
    scheduleIn(stack, { onFailure: new targets.SnsTopic(new sns.Topic(stack, 'Topic')), onSuccess: new targets.SnsTopic(new sns.Topic(stack, 'Other')) });
    const template = Template.fromStack(stack);
    const [{ DependsOn }] = Object.values(template.findResources('AWS::Scheduler::Schedule'));
    const rolePolicy = Object.keys(template.findResources('AWS::IAM::Policy', { Properties: { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'states:StartExecution' })]) } } }));
    expect(rolePolicy).toHaveLength(1);
    expect(DependsOn).toEqual(expect.arrayContaining([...rolePolicy, ...Object.keys(template.findResources('AWS::Events::Rule'))]));
  });

  test('may start this state machine, and write to the queue, and nothing else', () => {
    const stack = concreteStack();
    scheduleIn(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^SchedulerRole'),
      PolicyDocument: {
        Statement: [
          { Action: 'states:StartExecution', Effect: 'Allow', Resource: { Ref: Match.stringLikeRegexp('^BackupStateMachine') } },
          { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NightlyDeadLetterQueue'), 'Arn'] } },
        ],
      },
    });
  });
});

describe('dead-letter queue', () => {
  test('is encrypted, refuses connections without TLS and keeps messages for 14 days', () => {
    const stack = concreteStack();
    scheduleIn(stack);
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]) },
    });
  });

  test('of one\'s own is used', () => {
    const stack = concreteStack();
    const deadLetterQueue = new sqs.Queue(stack, 'Mine');
    expect(scheduleIn(stack, { deadLetterQueue }).deadLetterQueue).toBe(deadLetterQueue);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SQS::Queue', 1);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { Target: { DeadLetterConfig: { Arn: stack.resolve(deadLetterQueue.queueArn) } } });
  });

  test('with a key: the role of the schedule may use it', () => {
    const stack = concreteStack();
    const encryptionMasterKey = new kms.Key(stack, 'Key');
    scheduleIn(stack, { deadLetterQueue: new sqs.Queue(stack, 'Mine', { encryptionMasterKey }) });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Effect: 'Allow', Action: 'states:StartExecution' }),
          { Effect: 'Allow', Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: stack.resolve(encryptionMasterKey.keyArn) },
        ]),
      },
    });
  });

  test('of another account: warnings contain the statements for its policy and that of its key', () => {
    const stack = concreteStack();
    const other = '999988887777';
    const keyArn = `arn:aws:kms:${REGION}:${other}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    scheduleIn(stack, { deadLetterQueue: sqs.Queue.fromQueueAttributes(stack, 'Queue', { queueArn: `arn:aws:sqs:${REGION}:${other}:lost`, keyArn }) });
    const statements = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('needs this statement')).map(({ entry }) => (
      JSON.parse(/\{"Action.*\}/.exec(String(entry.data))![0])));
    expect(statements).toMatchObject([{ Action: 'sqs:SendMessage' }, { Action: ['kms:Decrypt', 'kms:GenerateDataKey'] }]);
  });

  test.each<[string, (stack: Stack) => sqs.IQueue]>([
    ['Movies/Queue', stack => new sqs.Queue(stack, 'Queue', { fifo: true })],
    [`arn:aws:sqs:${REGION}:${ACCOUNT}:lost.fifo`, stack => sqs.Queue.fromQueueArn(stack, 'Queue', `arn:aws:sqs:${REGION}:${ACCOUNT}:lost.fifo`)],
  ])('that is the FIFO queue %s fails at synthesis', (name, queue) => {
    const stack = concreteStack();
    expect(() => scheduleIn(stack, { deadLetterQueue: queue(stack) })).toThrow(`deadLetterQueue must be a standard queue, got the FIFO queue "${name}"`);
  });
});

describe('onFailure and onSuccess', () => {
  test.each([['onFailure', 'FAILED'], ['onSuccess', 'SUCCEEDED']])('%s makes a rule for the runs of the workflow that are %s', (prop, status) => {
    const stack = concreteStack();
    const topic = new sns.Topic(stack, 'Topic');
    scheduleIn(stack, { [prop]: new targets.SnsTopic(topic) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['cdk-personalize-dataset-export'],
        'detail-type': ['Dataset Export Run State Change'],
        'detail': { status: [status], stateMachineArn: [{ Ref: Match.stringLikeRegexp('^BackupStateMachine') }] },
      },
      Targets: [Match.objectLike({ Arn: stack.resolve(topic.topicArn) })],
    });
  });

  test('left out make none', () => {
    const stack = concreteStack();
    scheduleIn(stack);
    Template.fromStack(stack).resourceCountIs('AWS::Events::Rule', 0);
  });
});

test('the schedule may be in another stack than the workflow', () => {
  const app = new App();
  const env = { account: ACCOUNT, region: REGION };
  const a = new Stack(app, 'A', { env });
  const workflow = new DatasetExportWorkflow(a, 'Backup', { datasets: [importedDataset(a)], ingestionMode: IngestionMode.ALL });
  const b = new Stack(app, 'B', { env });
  scheduleIn(b, { workflow, onFailure: new targets.SnsTopic(new sns.Topic(b, 'Topic')) });
  Template.fromStack(b).resourceCountIs('AWS::Scheduler::Schedule', 1);
  Template.fromStack(b).resourceCountIs('AWS::Events::Rule', 1);
  expect(() => app.synth()).not.toThrow();
});
