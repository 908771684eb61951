import { App, CfnParameter, Duration, Stack, aws_iam as iam, aws_logs as logs } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportJob, DatasetExportProvider, ExportDestination, IngestionMode } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, agnosticStack, concreteStack, importedDataset, newDataset } from '../stacks';

function jobIn(stack: Stack, id = 'Export', props: Partial<ConstructorParameters<typeof DatasetExportJob>[2]> = {}): DatasetExportJob {
  return new DatasetExportJob(stack, id, { dataset: importedDataset(stack), ingestionMode: IngestionMode.ALL, ...props });
}

/** The statements of the role of our two functions: its own, then those of its other policies. */
function handlerStatements(stack: Stack): any[] {
  const resources = Object.entries<any>(Template.fromStack(stack).toJSON().Resources);
  const [roleId, role] = resources.find(([id, { Type }]) => /HandlerRole/.test(id) && Type === 'AWS::IAM::Role')!;
  const others = resources.map(([, { Properties }]) => Properties).filter(({ Roles }) => Roles?.some((some: any) => some.Ref === roleId));
  return [...role.Properties.Policies, ...others].flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
}

describe('in a stack', () => {
  test('all jobs share one', () => {
    const stack = concreteStack();
    jobIn(stack, 'A');
    jobIn(stack, 'B');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
    const tokens = Object.values(template.findResources('Custom::PersonalizeDatasetExportJob')).map(job => JSON.stringify(job.Properties.ServiceToken));
    expect(new Set(tokens).size).toBe(1);
  });

  test('one of your own can serve a job', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(stack, 'Mine', { pollInterval: Duration.seconds(10) });
    jobIn(stack, 'A', { provider });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    expect(Object.values(template.findResources('Custom::PersonalizeDatasetExportJob'))[0].Properties.ServiceToken).toEqual(stack.resolve(provider.serviceToken));
  });

  test('one of another stack fails at synth', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(new Stack(stack.node.root as App, 'Other'), 'Mine');
    expect(() => jobIn(stack, 'A', { provider })).toThrow('provider must be in the stack of the job, got "Other/Mine"');
  });
});

describe('functions', () => {
  const stack = concreteStack();
  jobIn(stack);
  const template = Template.fromStack(stack);
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const logGroup = Object.keys(template.findResources('AWS::Logs::LogGroup'))[0];

  test('all log to one log group, which is deleted with the stack and keeps a month', () => {
    expect(functions.map(fn => fn.Properties.LoggingConfig.LogGroup)).toEqual(functions.map(() => ({ Ref: logGroup })));
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } });
  });

  test('run on the newest Node runtime of the Region', () => {
    expect(functions.map(fn => fn.Properties.Runtime)).toEqual(functions.map(() => expect.stringMatching(/^nodejs2[24]\.x$/)));
  });

  test('of ours have the two entry points and time limits that leave the framework time', () => {
    const ours = functions.filter(fn => fn.Properties.Handler.startsWith('index.')).map(fn => [fn.Properties.Handler, fn.Properties.Timeout]);
    expect(ours).toEqual([['index.onEvent', 180], ['index.isComplete', 180]]);
  });

  test('of the framework wait for room for ours, as long as their own time limits let them', () => {
    const callers = functions.filter(fn => /^framework\.(onEvent|isComplete)$/.test(fn.Properties.Handler));
    expect(callers).toHaveLength(2);
    for (const { Properties: { Environment, Timeout } } of callers) {
      // what the SDK waits at most before each further attempt, https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
      const waits = Array.from({ length: Environment.Variables.AWS_MAX_ATTEMPTS - 1 }, (_, retry) => Math.min(2 ** retry, 20));
      const longest = 2 * waits.reduce((sum, seconds) => sum + seconds);
      expect(longest).toBeGreaterThan(600);
      expect(longest + 180).toBeLessThan(Timeout);
    }
  });

  test('are watched by a state machine that never gives up before CloudFormation does', () => {
    const definition = JSON.stringify(Object.values(template.findResources('AWS::StepFunctions::StateMachine'))[0].Properties.DefinitionString);
    const [, interval, attempts] = /IntervalSeconds\\":(\d+),\\"MaxAttempts\\":(\d+)/.exec(definition)!.map(Number);
    expect([interval, attempts]).toEqual([30, 120]);
  });
});

describe('permissions of our functions', () => {
  test('are those for the dataset, the jobs of the stack, the service role and the stack itself', () => {
    const stack = concreteStack();
    const destination = new ExportDestination(stack, 'Exports');
    jobIn(stack, 'Export', { destination });
    const roleArn = stack.resolve(destination.role.roleArn);
    expect(handlerStatements(stack)).toEqual([
      { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: { 'Fn::GetAtt': [expect.stringContaining('LogGroup'), 'Arn'] } },
      { Effect: 'Allow', Action: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'], Resource: { Ref: 'AWS::StackId' } },
      { Effect: 'Allow', Action: 'personalize:CreateDatasetExportJob', Resource: DATASET_ARN },
      {
        Effect: 'Allow',
        Action: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'],
        Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:personalize:${REGION}:${ACCOUNT}:dataset-export-job/Movies_*`]] },
      },
      { Effect: 'Allow', Action: 'iam:PassRole', Resource: roleArn, Condition: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } } },
    ]);
  });

  test('on a job with a name of its own are for that name', () => {
    const stack = concreteStack();
    jobIn(stack, 'Export', { jobName: 'mine' });
    const statement = handlerStatements(stack).find(({ Action }) => Action.includes('personalize:DescribeDatasetExportJob'));
    expect(statement.Resource['Fn::Join'][1].at(-1)).toBe(`:personalize:${REGION}:${ACCOUNT}:dataset-export-job/mine`);
  });

  test('include tagging only when a job has tags', () => {
    const withTags = (tags: Record<string, string>) => {
      const stack = concreteStack();
      jobIn(stack, 'Export', { tags });
      return handlerStatements(stack).filter(({ Action }) => Action.includes('personalize:TagResource')).length;
    };
    expect(withTags({})).toBe(0);
    expect(withTags({ team: 'ml' })).toBe(1);
  });

  test('hold each dataset once', () => {
    const stack = concreteStack();
    const dataset = newDataset(stack);
    jobIn(stack, 'A', { dataset });
    jobIn(stack, 'B', { dataset });
    jobIn(stack, 'C');
    const datasets = handlerStatements(stack).filter(({ Action }) => Action === 'personalize:CreateDatasetExportJob').map(({ Resource }) => Resource);
    expect(datasets).toEqual([DATASET_ARN, { Ref: 'NewDataset' }]);
  });
});

describe('settings', () => {
  test.each([Duration.seconds(1), Duration.seconds(7), Duration.minutes(2)])('a poll interval of %s is accepted', pollInterval => {
    const stack = concreteStack();
    new DatasetExportProvider(stack, 'Mine', { pollInterval });
    const definition = JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'))[0].Properties.DefinitionString);
    const [, interval, attempts] = /IntervalSeconds\\":(\d+),\\"MaxAttempts\\":(\d+)/.exec(definition)!.map(Number);
    expect(interval).toBe(pollInterval.toSeconds());
    expect(interval * attempts).toBeGreaterThanOrEqual(3600);
  });

  test.each([Duration.seconds(0), Duration.millis(1500), Duration.seconds(121)])('fails at synth for a poll interval of %s', pollInterval => {
    expect(() => new DatasetExportProvider(concreteStack(), 'Mine', { pollInterval })).toThrow('pollInterval must be 1 second to 2 minutes in whole seconds');
  });

  test('fails at synth for a poll interval that is a token', () => {
    const stack = concreteStack();
    const pollInterval = Duration.seconds(new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber);
    expect(() => new DatasetExportProvider(stack, 'Mine', { pollInterval })).toThrow('pollInterval must be known at synth');
  });

  test('the retention of the log group can be chosen', () => {
    const stack = concreteStack();
    new DatasetExportProvider(stack, 'Mine', { logRetention: logs.RetentionDays.ONE_YEAR });
    Template.fromStack(stack).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 365 });
  });

  test('a log group of the app is used by all functions', () => {
    const stack = concreteStack();
    new DatasetExportProvider(stack, 'Mine', { logGroup: new logs.LogGroup(stack, 'Logs') });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Logs::LogGroup', 1);
    for (const fn of Object.values(template.findResources('AWS::Lambda::Function'))) {
      expect(fn.Properties.LoggingConfig.LogGroup).toEqual({ Ref: expect.stringMatching(/^Logs/) });
    }
  });

  test('fails at synth for both', () => {
    const stack = concreteStack();
    expect(() => new DatasetExportProvider(stack, 'Mine', { logGroup: new logs.LogGroup(stack, 'Logs'), logRetention: logs.RetentionDays.ONE_DAY }))
      .toThrow('logRetention cannot be used with logGroup');
  });
});

describe('everywhere', () => {
  test.each([['aws', 'eu-west-1'], ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('no partition is hard-coded: %s', (partition, region) => {
    const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region } });
    const dataset = importedDataset(stack, `arn:${partition}:personalize:${region}:${ACCOUNT}:dataset/movies/ITEMS`);
    jobIn(stack, 'Export', { dataset });
    const { Resources: resources } = Template.fromStack(stack).toJSON();
    const job = Object.values<any>(resources).find(({ Type }) => Type.startsWith('Custom::'));
    delete job.Properties.DatasetArn;
    expect(JSON.stringify(resources).replaceAll(`arn:${partition}:personalize:${region}:${ACCOUNT}:dataset/movies/ITEMS`, '')).not.toContain('arn:aws');
  });

  test('a permissions boundary reaches every role', () => {
    const stack = agnosticStack();
    iam.PermissionsBoundary.of(stack).apply(iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'));
    jobIn(stack);
    const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
    expect(roles).toHaveLength(5);
    expect(roles.map(role => JSON.stringify(role.Properties.PermissionsBoundary))).toEqual(roles.map(() => expect.stringContaining(':policy/boundary')));
  });

  test('no role of the provider has a managed policy', () => {
    const stack = concreteStack();
    jobIn(stack);
    for (const role of Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'))) {
      expect(role.Properties).not.toHaveProperty('ManagedPolicyArns');
    }
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', Match.anyValue());
  });
});
