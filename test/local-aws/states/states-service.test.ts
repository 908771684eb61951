import { StatesService } from '.';
import { ServiceError } from '../core';
import type { Invocation, InvocationResult, LambdaService } from '../lambda';
import { TooManyRequests } from '../lambda/concurrency';
import { LocalAws } from '../local-aws';

const PREFIX = 'arn:aws:lambda:us-east-1:111122223333:function:';
const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }] };

let local: LocalAws;
let states: StatesService;
let roleArn: string;
let invocations: (Invocation & { at: number })[];
let handler: (functionName: string, event: { n?: number }, call: number) => object | Promise<object>;

beforeEach(async () => {
  local = await LocalAws.start({ speed: 1000 });
  roleArn = local.world.iam.createRole({ roleName: 'machine', assumeRolePolicyDocument: TRUST });
  invocations = [];
  states = new StatesService(local.world, {
    invoke: async (invocation: Invocation): Promise<InvocationResult> => {
      invocations.push({ ...invocation, at: local.world.clock.now() });
      try {
        const result = await handler(invocation.functionName.slice(PREFIX.length), JSON.parse(invocation.payload), invocations.length);
        return { payload: JSON.stringify(result) };
      } catch (error) {
        if (error instanceof ServiceError) throw error;
        return { payload: JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message, trace: [] }), functionError: 'Unhandled' };
      }
    },
  } as unknown as LambdaService);
});

afterEach(async () => {
  await states.stop();
  await local.stop();
});

const waiter = (MaxAttempts: number) => ({
  StartAt: 'isComplete',
  States: {
    isComplete: {
      Type: 'Task',
      Resource: `${PREFIX}isComplete`,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 30, MaxAttempts, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'onTimeout' }],
      End: true,
    },
    onTimeout: { Type: 'Task', Resource: `${PREFIX}onTimeout`, End: true },
  },
});

function create(definition: object, logs = false): Promise<string> {
  return states.createStateMachine({ name: 'machine', definition: JSON.stringify(definition), roleArn, logs });
}

async function run(definition: object, input = '{}') {
  const execution = states.startExecution(await create(definition), input);
  while (execution.status === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5));
  return execution;
}

test('a waiter asks again in its interval until it is complete', async () => {
  handler = (_, event, call) => {
    if (call < 4) throw new Error('not yet');
    return { IsComplete: true, event };
  };
  const execution = await run(waiter(10), '{"n":7}');
  expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"IsComplete":true,"event":{"n":7}}' });
  expect(invocations).toHaveLength(4);
  expect(invocations[3].at - invocations[0].at).toBeGreaterThanOrEqual(3 * 29_000);
  expect(invocations[0].principal).toMatchObject({ roleArn, sessionArn: expect.stringContaining('assumed-role/machine/') });
});

test('after the last attempt the cause is what the function threw, as JSON', async () => {
  handler = (functionName, event) => {
    if (functionName === 'isComplete') throw new Error(JSON.stringify(event));
    return event;
  };
  const execution = await run(waiter(2), '{"n":7}');
  expect(invocations.map(({ functionName }) => functionName.slice(PREFIX.length))).toEqual(['isComplete', 'isComplete', 'isComplete', 'onTimeout']);
  const output = JSON.parse(execution.output!);
  expect(output.Error).toBe('Error');
  expect(JSON.parse(JSON.parse(output.Cause).errorMessage)).toEqual({ n: 7 });
});

test('a function that Lambda has no room for is an error that Retry can name', async () => {
  handler = (_, __, call) => {
    if (call < 3) throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
    return {};
  };
  const Retry = [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }];
  expect(await run({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}f`, Retry, End: true } } })).toMatchObject({ status: 'SUCCEEDED' });
  expect(invocations).toHaveLength(3);
});

test('an execution that fails says why', async () => {
  handler = () => {
    throw new TypeError('broken');
  };
  const { status, error, cause } = await run({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}f`, End: true } } });
  expect([status, error]).toEqual(['FAILED', 'TypeError']);
  expect(JSON.parse(cause!)).toMatchObject({ errorMessage: 'broken' });
});

test('waiting takes simulated time', async () => {
  const start = local.world.clock.now();
  await run({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 600, End: true } } });
  expect(local.world.clock.now() - start).toBeGreaterThanOrEqual(590_000);
  expect(local.world.clock.now() - start).toBeLessThan(3_600_000);
});

test('the Context Object tells simulated time', async () => {
  await local.world.clock.sleep(3_600_000);
  const start = local.world.clock.now();
  const { output } = await run({ StartAt: 'P', States: { P: { Type: 'Pass', Parameters: { 'at.$': '$$.Execution.StartTime' }, End: true } } });
  const at = Date.parse(JSON.parse(output!).at);
  expect(at).toBeGreaterThanOrEqual(start);
  expect(at).toBeLessThanOrEqual(local.world.clock.now());
});

const slowTask = (TimeoutSeconds?: number) => ({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}slow`, TimeoutSeconds, End: true } } });

test('a task takes real time', async () => {
  handler = () => new Promise((resolve) => setTimeout(resolve, 300, {}));
  const [real, start] = [performance.now(), local.world.clock.now()];
  expect(await run(slowTask())).toMatchObject({ status: 'SUCCEEDED' });
  // before and after the task there is fast time
  expect(local.world.clock.now() - start).toBeLessThan(performance.now() - real + 60_000);
});

test('a task that takes longer than it may fails', async () => {
  handler = () => new Promise(() => {});
  expect(await run(slowTask(1))).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

test('a Distributed Map has no time limit', async () => {
  local.world.s3.createBucket('results', {});
  local.world.iam.putRolePolicy('machine', 'map', {
    Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['s3:PutObject', 'states:StartExecution'], Resource: '*' }],
  });
  const ItemProcessor = {
    ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 600, End: true } },
  };
  const ResultWriter = { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'results', Prefix: 'runs' } };
  const map = { Type: 'Map', ItemsPath: '$.items', ItemProcessor, ResultWriter, End: true };
  expect(await run({ StartAt: 'M', States: { M: map } }, '{"items":[1,2]}')).toMatchObject({ status: 'SUCCEEDED' });
});

test.each<[string, object, string]>([
  ['other services', { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: {}, End: true }, 'a task that is neither a Lambda function nor a known service integration: arn:aws:states:::lambda:invoke (state X)'],
  ['computed waits', { Type: 'Wait', SecondsPath: '$.s', End: true }, 'SecondsPath in a Wait state (state X)'],
  ['heartbeats', { Type: 'Task', Resource: `${PREFIX}f`, HeartbeatSeconds: 1, TimeoutSeconds: 2, End: true }, 'HeartbeatSeconds in a Task state (state X)'],
])('%s are refused by name', async (_, state, message) => {
  await expect(create({ StartAt: 'X', States: { X: state } })).rejects.toThrow(`local AWS does not support ${message}`);
});

test('an invalid definition is refused', async () => {
  await expect(create({ StartAt: 'Nowhere', States: { X: { Type: 'Succeed' } } })).rejects.toMatchObject({ code: 'InvalidDefinition' });
});

test('the role must be for Step Functions, and may have to set up logging', async () => {
  await expect(create(waiter(1), true)).rejects.toThrow('not authorized to access the Log Destination');
  local.world.iam.putRolePolicy('machine', 'logs', { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'logs:*', Resource: '*' }] });
  await create(waiter(1), true);
  local.world.iam.updateRole('machine', { assumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ ...TRUST.Statement[0], Principal: { Service: 'lambda.amazonaws.com' } }] } });
  await expect(states.createStateMachine({ name: 'other', definition: JSON.stringify(waiter(1)), roleArn, logs: false })).rejects.toThrow('authorized to assume the provided role');
});

test('executions stop with local AWS', async () => {
  const execution = states.startExecution(await create({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3_000_000, End: true } } }), '{}');
  await states.stop();
  while (execution.status === 'RUNNING') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(execution.status).toBe('ABORTED');
});
