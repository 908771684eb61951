import type { Stack } from '../../../../local-aws/cloudformation/engine/stack';
import { trust } from '../../testing-world';
import { reason, TestStacks, topic } from '../testing-stacks';

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.start(); });
afterEach(() => aws.stop());

const producer = (Value: string) => ({ Resources: { T: topic('') }, Outputs: { Out: { Value } } });
const weak = (rest: object = {}) => ({ 'Fn::GetStackOutput': { StackName: 'Producer', OutputName: 'Out', ...rest } });
const consumer = (value: unknown, more: object = {}) => ({ Resources: { A: topic(value), ...more } });
const displayed = (stack: Stack) => stack.resources.get('A')!.properties.DisplayName;

test('an output of another stack is read without an export', async () => {
  await aws.deploy(producer('v'), 'Producer');
  const stack = await aws.deploy(consumer({ 'Fn::Join': ['-', ['x', weak({ Region: { Ref: 'AWS::Region' } })]] }), 'Consumer');
  expect(displayed(stack)).toBe('x-v');
});

test('it does not hold the other stack back, and is read again only in an update with another template', async () => {
  await aws.deploy(producer('v'), 'Producer');
  const stack = await aws.deploy(consumer(weak()), 'Consumer');
  expect((await aws.deploy(producer('w'), 'Producer')).status).toBe('UPDATE_COMPLETE');
  expect(aws.createChangeSet(consumer(weak()), 'Consumer').changeSet.failure).toContain("didn't contain changes");
  await aws.deploy(consumer(weak(), { B: topic('b') }), 'Consumer');
  expect(displayed(stack)).toBe('w');
});

test.each([
  ['stack', { StackName: 'Nobody' }, 'Stack with id Nobody does not exist'],
  ['output', { OutputName: 'Other' }, 'Output Other does not exist in stack Producer'],
])('a missing %s fails the resource', async (_, reference, message) => {
  await aws.deploy(producer('v'), 'Producer');
  const stack = await aws.deploy(consumer(weak(reference)), 'Consumer');
  expect(reason(stack)).toBe(message);
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
});

test('whoever deploys must be allowed to describe the other stack', async () => {
  await aws.deploy(producer('v'), 'Producer');
  const roleArn = aws.world.iam.createRole({ roleName: 'blind', assumeRolePolicyDocument: trust('cloudformation.amazonaws.com') });
  const { stack, changeSet } = aws.createChangeSet(consumer(weak()), 'Consumer', { principal: { roleArn } });
  aws.stacks.executeChangeSet(stack, changeSet);
  await aws.settled(stack);
  expect(reason(stack)).toContain('not authorized to perform: cloudformation:DescribeStacks');
});

test.each<[string, object]>([
  ['Fn::Sub', consumer({ 'Fn::Sub': ['${V}', { V: weak() }] })],
  ['Fn::Base64', consumer({ 'Fn::Base64': { 'Fn::Join': ['', [weak()]] } })],
  ['an output', { ...consumer('x'), Outputs: { O: { Value: weak() } } }],
  ['a condition', { ...consumer('x'), Conditions: { C: { 'Fn::Equals': [weak(), 'x'] } } }],
  ['Fn::ImportValue', consumer({ 'Fn::ImportValue': weak() })],
])('in %s it is an InternalFailure', async (_, template) => {
  await aws.deploy(producer('v'), 'Producer');
  expect(() => aws.begin(template, 'Consumer')).toThrow(expect.objectContaining({ code: 'InternalFailure' }));
});

test('its arguments do not depend on resources', () => {
  expect(() => aws.begin(consumer(weak({ StackName: { Ref: 'B' } }), { B: topic('b') }), 'Consumer')).toThrow('Unresolved dependencies [B]');
});

test('other regions and accounts are refused by name', () => {
  expect(() => aws.begin(consumer(weak({ Region: 'eu-west-1' })), 'Consumer')).toThrow('local AWS does not support Fn::GetStackOutput of another account or region');
});
