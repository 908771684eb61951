import { CfnParameter, Stack, aws_events as events, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_ssm as ssm, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { DatasetExportProvider, DatasetExportProviderProps } from '../../src';
import { ACCOUNT, concreteStack, jobIn } from '../stacks';

function providerIn(stack: Stack, props: DatasetExportProviderProps = {}): DatasetExportProvider {
  return new DatasetExportProvider(stack, 'Provider', { eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default'), ...props });
}

function machinesIn(template: Template): { observer: string; waiter: string; resources: Record<string, any> } {
  const resources = template.findResources('AWS::StepFunctions::StateMachine');
  const [observer, waiter] = [/Observer/, /waiter/].map(pattern => Object.keys(resources).find(id => pattern.test(id))!);
  return { observer, waiter, resources };
}

const observerIn = (template: Template) => machinesIn(template).observer;

test('eventBus adds a state machine with its role and policy, and nothing for a further job', () => {
  const count = (provider: (stack: Stack) => DatasetExportProvider, jobs: number) => {
    const stack = concreteStack();
    const shared = provider(stack);
    const { destination } = jobIn(stack, { provider: shared });
    for (let index = 1; index < jobs; index++) { jobIn(stack, { provider: shared, destination }, `Export${index}`); }
    return Object.keys(Template.fromStack(stack).toJSON().Resources).length;
  };
  const without = count(stack => new DatasetExportProvider(stack, 'Provider'), 1);
  expect([count(providerIn, 1), count(providerIn, 2)]).toEqual([without + 3, without + 4]);
});

test('the functions may start its executions and know its ARN', () => {
  const stack = concreteStack();
  jobIn(stack, { provider: providerIn(stack) });
  const template = Template.fromStack(stack);
  const observer = { Ref: observerIn(template) };
  template.hasResourceProperties('AWS::IAM::Role', {
    Policies: [{ PolicyDocument: { Statement: Match.arrayWith([{ Effect: 'Allow', Action: 'states:StartExecution', Resource: observer }]) } }],
  });
  expect(Object.keys(template.findResources('AWS::Lambda::Function', { Properties: { Environment: { Variables: { OBSERVER_ARN: observer } } } }))).toHaveLength(2);
});

test('it may describe the stack\'s jobs and those with names of their own, and put events on the bus, and nothing else', () => {
  const stack = concreteStack();
  jobIn(stack, { provider: providerIn(stack), jobName: 'mine' });
  const policies = Template.fromStack(stack).findResources('AWS::IAM::Policy');
  const [, { Properties }] = Object.entries(policies).find(([id]) => /Observer/.test(id))!;
  const statements = (Properties.PolicyDocument.Statement as any[]).map(({ Action, Resource }) => [Action, JSON.stringify(Resource)]);
  expect([...new Set(statements.map(([action]) => action))].sort()).toEqual(['events:PutEvents', 'personalize:DescribeDatasetExportJob']);
  const resources = statements.map(([, resource]) => resource).join();
  for (const part of ['dataset-export-job/Movies_*"', 'dataset-export-job/mine"', 'event-bus/default"']) { expect(resources).toContain(part); }
});

test('a job with a name from a resource that depends on another job: a policy of its own, and no cycle', () => {
  const stack = concreteStack();
  const provider = providerIn(stack);
  const first = jobIn(stack, { provider });
  const name = new ssm.StringParameter(stack, 'Name', { stringValue: 'mine' });
  name.node.addDependency(first);
  jobIn(stack, { provider, destination: first.destination, jobName: name.stringValue }, 'Named');
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: 'personalize:DescribeDatasetExportJob' })] },
  });
});

test('it is encrypted, logged and traced as the state machine that waits, with its jobs after the permission to use the key', () => {
  const stack = concreteStack();
  jobIn(stack, {
    provider: providerIn(stack, {
      tracing: true,
      stateMachineEncryptionKey: new kms.Key(stack, 'Key'),
      stateMachineLogs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
    }),
  });
  const template = Template.fromStack(stack);
  const { observer, waiter, resources } = machinesIn(template);
  const settings = ({ EncryptionConfiguration, LoggingConfiguration, TracingConfiguration }: any) => (
    { EncryptionConfiguration, LoggingConfiguration, TracingConfiguration });
  const given = { EncryptionConfiguration: expect.anything(), LoggingConfiguration: expect.anything(), TracingConfiguration: { Enabled: true } };
  expect(settings(resources[observer].Properties)).toEqual(given);
  expect(settings(resources[waiter].Properties)).toMatchObject(settings(resources[observer].Properties));
  const [keyPolicy] = Object.keys(template.findResources('AWS::IAM::Policy', {
    Properties: {
      PolicyDocument: { Statement: [Match.objectLike({ Condition: { StringEquals: { 'kms:EncryptionContext:aws:states:stateMachineArn': { Ref: observer } } } })] },
    },
  }));
  const [job] = Object.values(template.findResources('Custom::PersonalizeDatasetExportJob'));
  expect(job.DependsOn).toContain(keyPolicy);
});

test('with an imported key, one warning contains the statement for both state machines', () => {
  const stack = concreteStack();
  jobIn(stack, {
    provider: providerIn(stack, {
      stateMachineEncryptionKey: kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${stack.region}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`),
      stateMachineLogs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
    }),
  });
  expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('delivery.logs.amazonaws.com'))).toHaveLength(1);
});

describe('a role of your own', () => {
  test('gets the permission to start executions', () => {
    const stack = concreteStack();
    jobIn(stack, { provider: providerIn(stack, { role: new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') }) }) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::IAM::Policy', {
      Roles: [{ Ref: Match.stringLikeRegexp('^Mine') }],
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'states:StartExecution', Resource: { Ref: observerIn(template) } })]) },
    });
  });

  test('that cannot be changed: a warning contains the statement', () => {
    const stack = concreteStack();
    jobIn(stack, { provider: providerIn(stack, { role: iam.Role.fromRoleArn(stack, 'Mine', `arn:aws:iam::${ACCOUNT}:role/mine`, { mutable: false }) }) });
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('role/mine needs this statement.*"states:StartExecution"'))).toHaveLength(1);
  });
});

test('the event bus may be known at deployment only', () => {
  const stack = concreteStack();
  jobIn(stack, { provider: providerIn(stack, { eventBus: events.EventBus.fromEventBusArn(stack, 'Bus', new CfnParameter(stack, 'BusArn').valueAsString) }) });
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'events:PutEvents', Resource: { Ref: 'BusArn' } })]) },
  });
});

test('rules are about the jobs of this provider', () => {
  const stack = concreteStack();
  const provider = providerIn(stack);
  jobIn(stack, { provider });
  provider.onExportFailed('Failed');
  provider.onExportSucceeded('Succeeded');
  const template = Template.fromStack(stack);
  for (const status of [['CREATE FAILED', 'ERROR'], ['ACTIVE']]) {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['cdk-personalize-dataset-export'], 'detail-type': ['Dataset Export Job State Change'], 'detail': { status, stateMachineArn: [{ Ref: observerIn(template) }] } },
    });
  }
});

test('rules fail at synthesis without eventBus', () => {
  expect(() => new DatasetExportProvider(concreteStack(), 'Provider').onExportFailed('Failed')).toThrow(/^eventBus must be set/);
});
