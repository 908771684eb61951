import type { Stack } from '../../../../local-aws/cloudformation/engine/stack';
import { Faults } from '../../../../local-aws/front/faults';
import type { Fault } from '../../../../local-aws/wire';
import { custom, failure, story, TestStacks } from '../testing-stacks';

const HANDLE = { Type: 'AWS::CloudFormation::WaitConditionHandle' };
const SUCCESS = { Status: 'SUCCESS', Reason: 'done', UniqueId: 'one', Data: 'the data' };

let aws: TestStacks;
beforeEach(async () => {
  aws = await TestStacks.start();
});
afterEach(() => aws.stop());

const wait = (properties: object = {}, rest: object = {}) => (
  { Type: 'AWS::CloudFormation::WaitCondition', Properties: { Handle: { Ref: 'H' }, Timeout: '43200', ...properties }, ...rest });

/** Runs once the WaitCondition `W` is waiting. */
async function waiting(stack: Stack): Promise<string> {
  await until(() => stack.resources.get('W')?.status.endsWith('_IN_PROGRESS') === true);
  return stack.resources.get('H')!.physicalId!;
}

async function until(condition: () => boolean): Promise<void> {
  for (let attempt = 0; !condition(); attempt++) {
    if (attempt === 1000) {throw new Error('it did not come to that');}
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const signal = (url: string, changes: object = {}) => aws.put(url, JSON.stringify({ ...SUCCESS, ...changes }));
const settled = (stack: Stack) => aws.service.stacks.settled(stack);
const accepted = () => aws.service.waitSignals().map(record => record.accepted);
const reason = (stack: Stack) => stack.events.find(({ ResourceStatus }) => ResourceStatus.endsWith('_FAILED'))?.ResourceStatusReason;

describe('a WaitCondition', () => {
  test('ends by a signal, and hands on its data', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait() }, Outputs: { Data: { Value: { 'Fn::GetAtt': ['W', 'Data'] } } } });
    const url = await waiting(stack);
    expect(url).toMatch(new RegExp(`^https://cloudformation-waitcondition-us-east-1\\.s3\\.us-east-1\\.amazonaws\\.com/${encodeURIComponent(stack.id)}/Stack/H`
      + '\\?AWSAccessKeyId=\\w+&Expires=\\d+&Signature=[\\w%]+$'));
    expect(stack.status).toBe('CREATE_IN_PROGRESS');
    expect(await signal(url)).toBe(200);
    await settled(stack);
    expect(stack.status).toBe('CREATE_COMPLETE');
    expect(stack.outputs[0].value).toBe('{"one":"the data"}');
    expect(aws.service.waitSignals()).toEqual([{
      stackId: stack.id, stackName: 'Stack', logicalId: 'H', receivedAt: expect.stringMatching(/^\d{4}-.*Z$/), body: JSON.stringify(SUCCESS), accepted: true,
    }]);
  });

  test('fails by a signal, with its reason', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait() } });
    expect(await signal(await waiting(stack), { Status: 'FAILURE', Reason: "it's broken" })).toBe(200);
    await settled(stack);
    expect(reason(stack)).toBe("WaitCondition received failed message: 'it's broken' for uniqueId: one");
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(story(stack)).toContain('DELETE_COMPLETE W');
    expect(accepted()).toEqual([true]);
  });

  test('times out in simulated time', async () => {
    const start = aws.world.clock.now();
    const stack = await aws.deploy({ Resources: { H: HANDLE, W: wait({ Timeout: '300' }) } });
    expect(reason(stack)).toBe('WaitCondition timed out. Received 0 conditions when expecting 1');
    expect(aws.world.clock.now() - start).toBeGreaterThanOrEqual(300_000);
  });

  test('wants as many different signals as it says', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait({ Count: 2 }) }, Outputs: { Data: { Value: { 'Fn::GetAtt': ['W', 'Data'] } } } });
    const url = await waiting(stack);
    await signal(url);
    await signal(url, { Data: 'again' });
    expect(stack.resources.get('W')!.status).toBe('CREATE_IN_PROGRESS');
    await signal(url, { UniqueId: 'two', Data: '' });
    await settled(stack);
    expect(JSON.parse(stack.outputs[0].value)).toEqual({ one: 'the data', two: '' });
    expect(accepted()).toEqual([true, false, true]);
  });

  test('tells how many of them came', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait({ Count: 3, Timeout: 2000 }) } });
    await signal(await waiting(stack));
    await settled(stack);
    expect(reason(stack)).toBe('WaitCondition timed out. Received 1 conditions when expecting 3');
  });

  test('counts a signal that came before it', async () => {
    const before: boolean[][] = [];
    aws.handler = async ({ RequestType, PhysicalResourceId, ResourceProperties }) => {
      if (RequestType === 'Create') {
        await signal(String(ResourceProperties.Url));
        before.push(accepted());
      }
      return { PhysicalResourceId: PhysicalResourceId ?? 'x' };
    };
    const stack = await aws.deploy({ Resources: { H: HANDLE, C: custom({ Url: { Ref: 'H' } }), W: wait({ Timeout: '0' }, { DependsOn: 'C' }) } });
    expect([stack.status, before, accepted()]).toEqual(['CREATE_COMPLETE', [[false]], [true]]);
  });

  test('takes no more signals than it says, even of those that came before', async () => {
    aws.handler = async ({ RequestType, PhysicalResourceId, ResourceProperties }) => {
      if (RequestType === 'Create') {
        await signal(String(ResourceProperties.Url));
        await signal(String(ResourceProperties.Url), { UniqueId: 'two', Status: 'FAILURE' });
      }
      return { PhysicalResourceId: PhysicalResourceId ?? 'x' };
    };
    const stack = await aws.deploy({ Resources: { H: HANDLE, C: custom({ Url: { Ref: 'H' } }), W: wait({}, { DependsOn: 'C' }) } });
    expect([stack.status, accepted()]).toEqual(['CREATE_COMPLETE', [true, false]]);
  });

  test('lets the other resources be made while it waits', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait(), T: { Type: 'AWS::SNS::Topic' } } });
    const url = await waiting(stack);
    await until(() => stack.resources.get('T')?.status === 'CREATE_COMPLETE');
    await signal(url);
    await settled(stack);
  });

  test('does not take what comes too late, and S3 does not tell', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait() } });
    const url = await waiting(stack);
    await signal(url);
    await settled(stack);
    expect(await signal(url, { UniqueId: 'late', Status: 'FAILURE' })).toBe(200);
    await aws.delete(stack);
    expect(await signal(url, { UniqueId: 'posthumous' })).toBe(200);
    expect(accepted()).toEqual([true, false, false]);
    expect(aws.service.waitSignals()[2].body).toContain('posthumous');
  });

  test('ends its wait when something else fails', async () => {
    const start = aws.world.clock.now();
    // C makes W begin before the failure is over
    const stack = await aws.deploy({ Resources: { H: HANDLE, W: wait(), C: custom({}, { DependsOn: 'W' }), Bad: failure({ AfterSeconds: 60 }) } });
    expect(stack.status).toBe('ROLLBACK_COMPLETE');
    expect(stack.events.find(({ LogicalResourceId, ResourceStatus }) => LogicalResourceId === 'W' && ResourceStatus === 'CREATE_FAILED')!.ResourceStatusReason)
      .toBe('Resource creation cancelled');
    expect(story(stack)).toContain('DELETE_COMPLETE W');
    expect(aws.world.clock.now() - start).toBeLessThan(43_200_000);
  });

  test('ends its wait when the update is cancelled', async () => {
    const T = { Type: 'AWS::SNS::Topic' };
    await aws.deploy({ Resources: { T } });
    const stack = aws.begin({ Resources: { T, H: HANDLE, W: wait() } });
    const url = await waiting(stack);
    aws.service.stacks.cancelUpdate(stack);
    await settled(stack);
    expect([stack.status, [...stack.resources.keys()]]).toEqual(['UPDATE_ROLLBACK_COMPLETE', ['T']]);
    expect(await signal(url)).toBe(200);
    expect(accepted()).toEqual([false]);
  });

  test('cannot be updated, but stays as it is', async () => {
    const template = (Timeout: string, DisplayName: string) => (
      { Resources: { H: HANDLE, W: wait({ Timeout }), T: { Type: 'AWS::SNS::Topic', Properties: { DisplayName } } } });
    const stack = aws.begin(template('1000', 'a'));
    await signal(await waiting(stack));
    await settled(stack);
    await aws.deploy(template('1000', 'b'));
    expect(stack.status).toBe('UPDATE_COMPLETE');
    await aws.deploy(template('1001', 'b'));
    expect(reason(stack)).toBe('Update to resource type AWS::CloudFormation::WaitCondition is not supported.');
    expect(stack.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(stack.resources.get('W')!.properties.Timeout).toBe('1000');
  });

  test('at a handle that was used before takes the old signals', async () => {
    const stack = aws.begin({ Resources: { H: HANDLE, W: wait() } });
    await signal(await waiting(stack));
    await settled(stack);
    await aws.deploy({ Resources: { H: HANDLE, Another: wait({ Timeout: '1' }) } });
    expect(stack.status).toBe('UPDATE_COMPLETE');
  });

  test.each<[object, string]>([
    [{ Timeout: '43201' }, 'Value of property Timeout must be a whole number from 0 to 43200: 43201'],
    [{ Timeout: 'soon' }, 'Value of property Timeout must be a whole number from 0 to 43200: soon'],
    [{ Count: 0 }, 'Value of property Count must be a whole number from 1: 0'],
    [{ Handle: 'https://example.com' }, 'Handle https://example.com is not a wait condition handle'],
    [{ Timeout: { Ref: 'AWS::NoValue' } }, 'required key [Timeout] not found'],
  ])('is refused with %j', async (properties, expected) => {
    expect(reason(await aws.deploy({ Resources: { H: HANDLE, W: wait(properties) } }))).toContain(expected);
  });
});

describe('a handle', () => {
  let url: string;
  let stack: Stack;
  beforeEach(async () => {
    stack = aws.begin({ Resources: { H: HANDLE, W: wait() } });
    url = await waiting(stack);
  });

  test.each<[string, string | object]>([
    ['text that is no JSON', 'done'],
    ['null', 'null'],
    ['an unknown status', { ...SUCCESS, Status: 'DONE' }],
    ['a signal without Status', { ...SUCCESS, Status: undefined }],
    ['a signal without Reason', { ...SUCCESS, Reason: undefined }],
    ['a signal without UniqueId', { ...SUCCESS, UniqueId: undefined }],
    ['a signal without Data', { ...SUCCESS, Data: undefined }],
    ['more than 4096 bytes', { ...SUCCESS, Data: 'ä'.repeat(2030) }],
  ])('refuses %s', async (_, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect(await aws.put(url, text)).toBe(400);
    expect(aws.service.waitSignals()).toMatchObject([{ body: text, accepted: false }]);
    expect(stack.resources.get('W')!.status).toBe('CREATE_IN_PROGRESS');
  });

  test('takes 4096 bytes', async () => {
    const body = { ...SUCCESS, Data: '' };
    expect(await signal(url, { Data: 'x'.repeat(4096 - JSON.stringify(body).length) })).toBe(200);
    expect(accepted()).toEqual([true]);
  });

  test.each<[string, (url: string) => string, Record<string, string>, number]>([
    ['a wrong signature', right => right.replace(/Signature=.*/, 'Signature=guessed'), {}, 403],
    ['no signature', right => right.replace(/\?.*/, ''), {}, 403],
    ['another key id', right => right.replace('AWSAccessKeyId=', 'AWSAccessKeyId=X'), {}, 403],
    ["another handle's path", right => right.replace('/H?', '/I?'), {}, 403],
    ['a content type, which was not signed', right => right, { 'content-type': 'application/json' }, 403],
    ['a body of unknown length, as S3 does', right => right, { 'transfer-encoding': 'chunked' }, 501],
  ])('refuses %s', async (_, change, headers, status) => {
    expect(await aws.put(change(url), JSON.stringify(SUCCESS), headers)).toBe(status);
    expect(aws.service.waitSignals()).toEqual([]);
  });
});

describe('faults', () => {
  let faults: Faults;
  let url: string;
  let stack: Stack;
  beforeEach(async () => {
    faults = new Faults(aws.world.clock);
    aws.service.addInterceptor(faults.interceptor);
    stack = aws.begin({ Resources: { H: HANDLE, W: wait() } });
    url = await waiting(stack);
  });

  const order = (fault: Partial<Fault>) => faults.add({ service: 'cloudformation', operation: 'SignalWaitCondition', ...fault });

  test.each([[500, false], [503, false], [503, true]])('status %s, took effect: %s', async (status, takesEffect) => {
    order({ error: { code: 'InternalError', status }, takesEffect });
    expect(await signal(url)).toBe(status);
    expect(accepted()).toEqual(takesEffect ? [true] : []);
    expect(await signal(url)).toBe(200);
    await settled(stack);
    expect(stack.status).toBe('CREATE_COMPLETE');
    expect(accepted()).toEqual(takesEffect ? [true, false] : [true]);
  });

  test.each([[false], [true]])('a dropped connection, took effect: %s', async takesEffect => {
    order({ drop: true, takesEffect });
    await expect(signal(url)).rejects.toThrow();
    expect(accepted()).toEqual(takesEffect ? [true] : []);
  });

  test('a delay in simulated time', async () => {
    order({ delaySeconds: 600 });
    const start = aws.world.clock.now();
    expect(await signal(url)).toBe(200);
    expect(aws.world.clock.now() - start).toBeGreaterThanOrEqual(600_000);
    expect(accepted()).toEqual([true]);
  });

  test('do not hit somebody who does not hold the URL, nor the wait', async () => {
    order({ error: { code: 'InternalError', status: 500 } });
    expect(await signal(`${url}x`)).toBe(403);
    expect(faults.remaining()).toHaveLength(1);
  });

  test("hit answers of custom resources by another operation's name", async () => {
    faults.add({ operation: 'RespondToCustomResource', error: { code: 'InternalError', status: 503 } });
    const statuses: number[] = [];
    const put = aws.put.bind(aws);
    aws.put = async (...parameters) => {
      statuses.push(await put(...parameters));
      return statuses.at(-1)!;
    };
    aws.handler = async request => {
      await aws.answer(request, { PhysicalResourceId: 'x' });
      return { PhysicalResourceId: 'x' };
    };
    expect((await aws.deploy({ Resources: { C: custom() } }, 'Other')).status).toBe('CREATE_COMPLETE');
    await until(() => statuses.length === 2);
    expect(statuses).toEqual([503, 200]);
  });
});
