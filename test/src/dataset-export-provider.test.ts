import { App, Duration, Stack, aws_logs as logs } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportProvider } from '../../src';
import { ACCOUNT, concreteStack, importedDataset, jobIn } from '../stacks';

describe('in a stack', () => {
  test('all jobs share one', () => {
    const stack = concreteStack();
    jobIn(stack, {}, 'A');
    jobIn(stack, {}, 'B');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    template.resourceCountIs('AWS::StepFunctions::StateMachine', 1);
    const tokens = Object.values(template.findResources('Custom::PersonalizeDatasetExportJob')).map(job => JSON.stringify(job.Properties.ServiceToken));
    expect(new Set(tokens).size).toBe(1);
  });

  test('one of your own can serve a job', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(stack, 'Mine', { pollInterval: Duration.seconds(10) });
    jobIn(stack, { provider });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Lambda::Function', 5);
    expect(Object.values(template.findResources('Custom::PersonalizeDatasetExportJob'))[0].Properties.ServiceToken).toEqual(stack.resolve(provider.serviceToken));
  });

  test('one of another stack fails at synthesis', () => {
    const stack = concreteStack();
    const provider = new DatasetExportProvider(new Stack(stack.node.root as App, 'Other'), 'Mine');
    expect(() => jobIn(stack, { provider })).toThrow('provider must be in the stack of the job, got "Other/Mine"');
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

describe('settings', () => {
  test.each([Duration.seconds(1), Duration.seconds(7), Duration.minutes(2)])('a poll interval of %s is accepted', pollInterval => {
    const stack = concreteStack();
    new DatasetExportProvider(stack, 'Mine', { pollInterval });
    const definition = JSON.stringify(Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'))[0].Properties.DefinitionString);
    const [, interval, attempts] = /IntervalSeconds\\":(\d+),\\"MaxAttempts\\":(\d+)/.exec(definition)!.map(Number);
    expect(interval).toBe(pollInterval.toSeconds());
    expect(interval * attempts).toBeGreaterThanOrEqual(3600);
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

  test('fails at synthesis for both', () => {
    const stack = concreteStack();
    expect(() => new DatasetExportProvider(stack, 'Mine', { logGroup: new logs.LogGroup(stack, 'Logs'), logRetention: logs.RetentionDays.ONE_DAY }))
      .toThrow('logRetention cannot be used with logGroup');
  });
});

describe('everywhere', () => {
  test.each([['aws', 'eu-west-1'], ['aws-cn', 'cn-north-1'], ['aws-us-gov', 'us-gov-west-1']])('no partition is hard-coded: %s', (partition, region) => {
    const stack = new Stack(new App(), 'Movies', { env: { account: ACCOUNT, region } });
    const dataset = importedDataset(stack, `arn:${partition}:personalize:${region}:${ACCOUNT}:dataset/movies/ITEMS`);
    jobIn(stack, { dataset });
    const { Resources: resources } = Template.fromStack(stack).toJSON();
    const job = Object.values<any>(resources).find(({ Type }) => Type.startsWith('Custom::'));
    delete job.Properties.DatasetArn;
    expect(JSON.stringify(resources).replaceAll(`arn:${partition}:personalize:${region}:${ACCOUNT}:dataset/movies/ITEMS`, '')).not.toContain('arn:aws');
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
