import { eventually } from '../../testing-world';
import { custom, reason, TestStacks, TOKEN } from '../testing-stacks';

let aws: TestStacks;
beforeEach(async () => { aws = await TestStacks.start(); });
afterEach(() => aws.stop());

test('silence is a failure after ServiceTimeout', async () => {
  aws.handler = ({ RequestType, PhysicalResourceId }) => RequestType === 'Create' ? undefined : { PhysicalResourceId };
  const start = aws.world.clock.now();
  const stack = await aws.deploy({ Resources: { C: custom({ ServiceTimeout: 120 }) } });
  expect(reason(stack)).toContain('CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId');
  expect(aws.world.clock.now() - start).toBeGreaterThanOrEqual(120_000);
  expect(aws.stacks.customResourceExchanges[0].outcome).toBe('TIMED OUT');
});

test('only the first answer counts, the others are on record', async () => {
  aws.handler = async request => {
    await aws.answer(request, { PhysicalResourceId: 'first' });
    return { PhysicalResourceId: 'second' };
  };
  const stack = await aws.deploy({ Resources: { C: custom() } });
  expect(stack.resources.get('C')!.physicalId).toBe('first');
  await eventually(() => expect(aws.stacks.customResourceExchanges[0].responses.map(({ accepted }) => accepted)).toEqual([true, false]));
});

test.each<[string, string | object, string]>([
  ['text that is no JSON', 'fine', 'Response is not valid JSON'],
  ['an answer to another request', { RequestId: 'other', PhysicalResourceId: 'x' }, 'Invalid response: RequestId does not match the request'],
  ['an answer without a physical id', {}, 'Invalid PhysicalResourceId'],
  ['an unknown status', { Status: 'MAYBE', PhysicalResourceId: 'x' }, 'Invalid response: Status is neither SUCCESS nor FAILED'],
])('%s is a failure', async (_, answer, expected) => {
  aws.handler = ({ RequestType, PhysicalResourceId }) => RequestType === 'Create' ? answer : { PhysicalResourceId };
  expect(reason(await aws.deploy({ Resources: { C: custom() } }))).toBe(expected);
});

test('a function that cannot be invoked fails the resource at once, and nothing is deleted', async () => {
  const stack = await aws.deploy({ Resources: { C: custom({ ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:missing' }) } });
  expect(reason(stack)).toContain('Function not found');
  expect(stack.status).toBe('ROLLBACK_COMPLETE');
  expect(aws.requests).toEqual([]);
});

test('the request is what CloudFormation sends', async () => {
  const stack = await aws.deploy({ Resources: { C: custom({ Tags: [{ Key: 'a', Value: 1 }] }) } });
  expect(aws.requests[0]).toEqual({
    RequestType: 'Create',
    ServiceToken: TOKEN,
    ResponseURL: expect.stringMatching(/^https:\/\/cloudformation-custom-resource-response-local\.s3\.us-east-1\.amazonaws\.com\/.*X-Amz-Signature=[0-9a-f]{64}$/),
    StackId: stack.id,
    RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    LogicalResourceId: 'C',
    ResourceType: 'Custom::Thing',
    ResourceProperties: { ServiceToken: TOKEN, Tags: [{ Key: 'a', Value: '1' }] },
  });
});

test.each([['0'], ['3601'], ['1.5']])('ServiceTimeout %s is refused', async ServiceTimeout => {
  expect(reason(await aws.deploy({ Resources: { C: custom({ ServiceTimeout }) } }))).toContain(`Invalid ServiceTimeout value ${ServiceTimeout}`);
});

test('a response of unknown length is refused, as by S3', async () => {
  const statuses: number[] = [];
  aws.handler = async ({ ResponseURL }) => {
    statuses.push(await aws.put(ResponseURL, '{}', { 'transfer-encoding': 'chunked' }));
    return { PhysicalResourceId: 'x' };
  };
  expect((await aws.deploy({ Resources: { C: custom() } })).status).toBe('CREATE_COMPLETE');
  expect(statuses).toEqual([501]);
});
