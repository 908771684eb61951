import { XMLParser } from 'fast-xml-parser';
import { custom, failure, TestStacks, topic } from './testing-stacks';
import { cloudFormationApi } from '../../../local-aws/cloudformation/operations';
import { allow, call as callApi, policy, trust } from '../testing-world';

const TOPIC = { Resources: { A: topic('x') }, Outputs: { O: { Value: 'v' } } };

let aws: TestStacks;
let reader: string;
beforeEach(async () => {
  aws = await TestStacks.start();
  reader = aws.world.iam.createRole({ roleName: 'reader', assumeRolePolicyDocument: trust({ AWS: '*' }) });
});
afterEach(() => aws.stop());

/** A call by the deployer, or by a role. */
async function call(Action: string, parameters: Record<string, string> = {}, roleArn?: string) {
  const { body } = await callApi(cloudFormationApi, aws.world, { body: new URLSearchParams({ Action, ...parameters }).toString() }, roleArn);
  return new XMLParser().parse(String(body))[`${Action}Response`][`${Action}Result`];
}

const change = (template: object, rest: Record<string, string> = {}) => (
  { StackName: 'S', ChangeSetName: 'c', TemplateBody: JSON.stringify(template), ChangeSetType: 'CREATE', ...rest });

test('from change set to outputs, as the CLI does it', async () => {
  await call('CreateChangeSet', change(TOPIC, { 'Tags.member.1.Key': 'k', 'Tags.member.1.Value': 'v' }));
  expect((await call('DescribeStacks', { StackName: 'S' })).Stacks.member.StackStatus).toBe('REVIEW_IN_PROGRESS');
  expect(await call('DescribeChangeSet', { StackName: 'S', ChangeSetName: 'c' })).toMatchObject({
    Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', Changes: { member: { ResourceChange: { Action: 'Add', LogicalResourceId: 'A' } } },
  });
  await call('ExecuteChangeSet', { StackName: 'S', ChangeSetName: 'c' });
  await aws.stacks.settled(aws.stacks.get('S'));
  expect((await call('DescribeStacks', { StackName: 'S' })).Stacks.member).toMatchObject({
    StackStatus: 'CREATE_COMPLETE', Outputs: { member: { OutputKey: 'O', OutputValue: 'v' } }, Tags: { member: { Key: 'k', Value: 'v' } },
  });
  expect(JSON.parse((await call('GetTemplate', { StackName: 'S' })).TemplateBody)).toEqual(TOPIC);
  expect((await call('DescribeStackResources', { StackName: 'S' })).StackResources.member).toMatchObject({ LogicalResourceId: 'A', ResourceStatus: 'CREATE_COMPLETE' });
  const events = (await call('DescribeStackEvents', { StackName: 'S' })).StackEvents.member;
  expect(events[0]).toMatchObject({ LogicalResourceId: 'S', ResourceStatus: 'CREATE_COMPLETE' });
  await call('DeleteStack', { StackName: 'S' });
  await aws.stacks.settled(aws.stacks.all()[0]);
  await expect(call('DescribeStacks', { StackName: 'S' })).rejects.toMatchObject({ code: 'ValidationError', status: 400, message: 'Stack with id S does not exist' });
});

test('a change set without changes fails, and cannot be executed', async () => {
  await aws.deploy(TOPIC, 'S');
  await call('CreateChangeSet', change(TOPIC, { ChangeSetType: 'UPDATE' }));
  expect(await call('DescribeChangeSet', { StackName: 'S', ChangeSetName: 'c' })).toMatchObject({
    Status: 'FAILED', StatusReason: expect.stringContaining("didn't contain changes"),
  });
  await expect(call('ExecuteChangeSet', { StackName: 'S', ChangeSetName: 'c' })).rejects.toMatchObject({ code: 'InvalidChangeSetStatus' });
});

test('a deployment without rollback, its retry and its rollback, as the CLI does it', async () => {
  const settled = () => aws.stacks.settled(aws.stacks.get('S'));
  const described = async () => (await call('DescribeStacks', { StackName: 'S' })).Stacks.member;
  const template = { Resources: { ...TOPIC.Resources, Bad: failure() } };
  await call('CreateChangeSet', change(template));
  await call('ExecuteChangeSet', { StackName: 'S', ChangeSetName: 'c', DisableRollback: 'true' });
  await settled();
  expect(await described()).toMatchObject({
    StackStatus: 'CREATE_FAILED', StackStatusReason: 'The following resource(s) failed to create: [Bad].', DisableRollback: true,
  });
  await call('CreateChangeSet', change(template, { ChangeSetType: 'UPDATE' }));
  expect(await call('DescribeChangeSet', { StackName: 'S', ChangeSetName: 'c' })).toMatchObject({
    Status: 'CREATE_COMPLETE', Changes: { member: { ResourceChange: { Action: 'Modify', LogicalResourceId: 'Bad' } } },
  });
  await expect(call('ExecuteChangeSet', { StackName: 'S', ChangeSetName: 'c' })).rejects.toThrow('please use the disable-rollback parameter');
  await call('ExecuteChangeSet', { StackName: 'S', ChangeSetName: 'c', DisableRollback: 'true' });
  await settled();
  expect((await described()).StackStatus).toBe('UPDATE_FAILED');
  const { StackId } = await described();
  expect(await call('RollbackStack', { StackName: StackId, RetainExceptOnCreate: 'true', ClientRequestToken: 'x' })).toEqual({ StackId });
  await settled();
  expect((await described()).StackStatus).toBe('ROLLBACK_COMPLETE');
});

test('a change set that is not there is a 404', async () => {
  await aws.deploy(TOPIC, 'S');
  await expect(call('DescribeChangeSet', { StackName: 'S', ChangeSetName: 'no' })).rejects.toMatchObject({ code: 'ChangeSetNotFound', status: 404 });
  await expect(call('DeleteChangeSet', { StackName: 'S', ChangeSetName: 'no' })).resolves.toBe('');
});

test('a deployment that is under way, or failed, is not updated', async () => {
  aws.handler = ({ RequestType }) => RequestType === 'Create' ? undefined : { PhysicalResourceId: 'x' };
  const stack = aws.begin({ Resources: { C: custom({ ServiceTimeout: 60 }) } }, 'S');
  await expect(call('CreateChangeSet', change(TOPIC, { ChangeSetType: 'UPDATE' }))).rejects.toThrow('is in CREATE_IN_PROGRESS state and can not be updated');
  await aws.stacks.settled(stack);
  await expect(call('CreateChangeSet', change(TOPIC, { ChangeSetType: 'UPDATE' }))).rejects.toThrow('is in ROLLBACK_COMPLETE state and can not be updated');
});

test.each(['DescribeStacks', 'DescribeStackEvents'])('%s needs a permission, on its own stack', async operation => {
  const stack = await aws.deploy(TOPIC, 'S');
  await aws.deploy(TOPIC, 'T');
  await expect(call(operation, { StackName: stack.id }, reader)).rejects.toMatchObject({ code: 'AccessDenied' });
  aws.world.iam.putRolePolicy('reader', 'p', policy(allow(`cloudformation:${operation}`, stack.id)));
  await expect(call(operation, { StackName: 'S' }, reader)).resolves.toBeDefined();
  await expect(call(operation, { StackName: stack.id }, reader)).resolves.toBeDefined();
  await expect(call(operation, { StackName: 'T' }, reader)).rejects.toThrow(`is not authorized to perform: cloudformation:${operation}`);
});

test('the role for CloudFormation must be passed by those who may', async () => {
  aws.world.iam.putRolePolicy('reader', 'p', policy(allow('cloudformation:*')));
  await expect(call('CreateChangeSet', change(TOPIC, { RoleARN: reader }), reader)).rejects.toThrow('iam:PassRole');
  await expect(call('CreateChangeSet', change(TOPIC, { RoleARN: reader }))).resolves.toBeDefined();
});

test('events come in pages, the newest first', async () => {
  const Resources = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`T${index}`, topic('x')]));
  const stack = await aws.deploy({ Resources }, 'S');
  const first = await call('DescribeStackEvents', { StackName: 'S' });
  const second = await call('DescribeStackEvents', { StackName: 'S', NextToken: String(first.NextToken) });
  const ids = [...first.StackEvents.member, ...second.StackEvents.member].map(({ EventId }) => EventId);
  expect(ids).toEqual([...stack.events].reverse().map(({ EventId }) => EventId));
  expect(second.NextToken).toBeUndefined();
});

test.each<[string, Record<string, string>, string]>([
  ['ContinueUpdateRollback', {}, 'local AWS does not support cloudformation ContinueUpdateRollback'],
  ['CreateChangeSet', change(TOPIC, { ChangeSetType: 'IMPORT' }), 'local AWS does not support change sets of type IMPORT'],
  ['CreateChangeSet', change(TOPIC, { 'NotificationARNs.member.1': 'x' }), 'local AWS does not support NotificationARNs.member.1 of cloudformation CreateChangeSet'],
  ['CreateChangeSet', change(TOPIC, { TemplateBody: 'Resources:' }), 'local AWS does not support templates that are not JSON'],
])('%s: what is not supported is refused by name', async (action, parameters, message) => {
  await expect(call(action, parameters)).rejects.toThrow(message);
});
