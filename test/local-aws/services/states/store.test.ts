import { createHash } from 'crypto';
import { ScaledClock } from '../../../../local-aws/clock';
import { ServiceError } from '../../../../local-aws/core';
import { TooManyRequests } from '../../../../local-aws/services/lambda/concurrency';
import type { Invocation, InvocationResult } from '../../../../local-aws/services/lambda/store';
import { StateMachineStore } from '../../../../local-aws/services/states/store';
import type { ExecutionRecord } from '../../../../local-aws/wire';
import type { World } from '../../../../local-aws/world';
import { allow, eventually, policy, testWorld, trust } from '../../testing-world';

const PREFIX = 'arn:aws:lambda:us-east-1:111122223333:function:';

let clock: ScaledClock;
let world: World;
let states: StateMachineStore;
let roleArn: string;
let invocations: (Invocation & { at: number })[];
let handler: (functionName: string, event: { n?: number }, call: number) => object | Promise<object>;

beforeEach(() => {
  clock = new ScaledClock(Infinity);
  world = testWorld(clock);
  roleArn = world.iam.createRole({ roleName: 'machine', assumeRolePolicyDocument: trust('states.amazonaws.com') });
  invocations = [];
  const lambda = {
    invoke: async (invocation: Invocation): Promise<InvocationResult> => {
      invocations.push({ ...invocation, at: clock.now() });
      try {
        const result = await handler(invocation.functionName.slice(PREFIX.length), JSON.parse(invocation.payload), invocations.length);
        return { payload: JSON.stringify(result) };
      } catch (error) {
        if (error instanceof ServiceError) { throw error; }
        return { payload: JSON.stringify({ errorType: (error as Error).name, errorMessage: (error as Error).message, trace: [] }), functionError: 'Unhandled' };
      }
    },
  } as unknown as World['lambda'];
  states = new StateMachineStore({ ...world, lambda });
});

afterEach(() => {
  states.stop();
  clock.stop();
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

function create(definition: object, logs?: string[]): Promise<string> {
  return states.createStateMachine({ name: 'machine', definition: JSON.stringify(definition), roleArn, logs });
}

async function run(definition: object, input = '{}') {
  return ended(states.startExecution(await create(definition), input));
}

async function ended(execution: ExecutionRecord) {
  await eventually(() => expect(execution.status).not.toBe('RUNNING'));
  return execution;
}

async function redrive(execution: ExecutionRecord) {
  states.redriveExecution(execution.executionArn);
  return ended(execution);
}

test('a waiter asks again in its interval until it is complete', async () => {
  handler = (_, event, call) => {
    if (call < 4) { throw new Error('not yet'); }
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
    if (functionName === 'isComplete') { throw new Error(JSON.stringify(event)); }
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
    if (call < 3) { throw new TooManyRequests('ConcurrentInvocationLimitExceeded'); }
    return {};
  };
  const Retry = [{ ErrorEquals: ['Lambda.TooManyRequestsException'], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }];
  expect(await run({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}f`, Retry, End: true } } })).toMatchObject({ status: 'SUCCEEDED' });
  expect(invocations).toHaveLength(3);
});

test('an execution that fails says why', async () => {
  handler = () => { throw new TypeError('broken'); };
  const { status, error, cause } = await run({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}f`, End: true } } });
  expect([status, error]).toEqual(['FAILED', 'TypeError']);
  expect(JSON.parse(cause!)).toMatchObject({ errorMessage: 'broken' });
});

test('waiting takes simulated time', async () => {
  const start = clock.now();
  await run({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 600, End: true } } });
  expect(clock.now() - start).toBeGreaterThanOrEqual(590_000);
  expect(clock.now() - start).toBeLessThan(3_600_000);
});

test('the Context Object tells simulated time', async () => {
  await clock.sleep(3_600_000);
  const start = clock.now();
  const { output } = await run({ StartAt: 'P', States: { P: { Type: 'Pass', Parameters: { 'at.$': '$$.Execution.StartTime' }, End: true } } });
  const at = Date.parse(JSON.parse(output!).at);
  expect(at).toBeGreaterThanOrEqual(start);
  expect(at).toBeLessThanOrEqual(clock.now());
});

const slowTask = (TimeoutSeconds: number) => ({ StartAt: 'T', States: { T: { Type: 'Task', Resource: `${PREFIX}slow`, TimeoutSeconds, End: true } } });

test('a task that takes longer than it may fails', async () => {
  handler = () => new Promise(() => {});
  expect(await run(slowTask(1))).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
});

/** A Distributed Map over `$.items`, and what its role needs. */
function distributedMap(ItemProcessor: object, fields: object = {}): object {
  world.s3.createBucket('results', {});
  world.iam.putRolePolicy('machine', 'map', policy(allow(['s3:PutObject', 'states:StartExecution', 'states:RedriveExecution'])));
  return {
    Type: 'Map',
    ItemsPath: '$.items',
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...ItemProcessor },
    ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters: { Bucket: 'results', Prefix: 'runs' } },
    ...fields,
    End: true,
  };
}

test('a Distributed Map has no time limit', async () => {
  const map = distributedMap({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 600, End: true } } });
  expect(await run({ StartAt: 'M', States: { M: map } }, '{"items":[1,2]}')).toMatchObject({ status: 'SUCCEEDED' });
});

describe('quotas', () => {
  /** Two states with an entry and an exit each, forever. */
  const endless = {
    StartAt: 'A',
    States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Choice', Choices: [{ Variable: '$.end', IsPresent: true, Next: 'C' }], Default: 'A' }, C: { Type: 'Succeed' } },
  };
  const long = (length: number) => 'x'.repeat(length);

  test('an execution ends with event 25,000 of its history, and cannot be redriven', async () => {
    const execution = await run(endless);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining('(25000)'), historyEvents: 25_000 });
    expect(() => states.redriveExecution(execution.executionArn)).toThrow('Execution history event limit exceeded');
  });

  test('the events of all iterations count, and nothing catches the end', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'End' }];
    const map = { Type: 'Map', ItemsPath: '$.items', ItemProcessor: endless, Catch, End: true };
    expect(await run({ StartAt: 'M', States: { M: map, End: { Type: 'Pass', End: true } } }, '{"items":[{},{},{}]}')).toMatchObject({ status: 'FAILED', historyEvents: 25_000 });
  });

  test.each<[string, object, number]>([
    // each: with the start and the end of the execution
    ['Pass', { Type: 'Pass', End: true }, 4],
    ['Task', { Type: 'Task', Resource: `${PREFIX}f`, End: true }, 7],
    ['Map of two Passes', { Type: 'Map', ItemsPath: '$.items', ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, End: true }, 14],
  ])('the events of a %s', async (_, state, events) => {
    handler = () => ({});
    expect(await run({ StartAt: 'S', States: { S: state } }, '{"items":[1,2]}')).toMatchObject({ status: 'SUCCEEDED', historyEvents: events });
  });

  const definitionOf = (state: object) => ({ StartAt: 'S', States: { S: { ...state, End: true } } });
  const caught = (state: object) => ({
    StartAt: 'S', States: { S: { ...state, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], End: true }, Caught: { Type: 'Pass', End: true } },
  });
  const passOn = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };

  test.each<[string, object]>([
    ['a task', caught({ Type: 'Task', Resource: `${PREFIX}f`, ResultPath: null })],
    ['a Pass', definitionOf({ Type: 'Pass', Parameters: { 'twice.$': 'States.Array($.text, $.text)' }, ResultPath: '$.other' })],
    ['a Map', caught({ Type: 'Map', ItemsPath: '$.items', ItemSelector: { 'text.$': '$.text' }, ItemProcessor: passOn })],
  ])('%s must not put out more than 256 KiB, which no wildcard catches', async (_, definition) => {
    handler = () => ({ text: long(262_144) });
    expect(await run(definition, JSON.stringify({ text: long(140_000), items: [1, 2] }))).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test.each([[131_071, 'SUCCEEDED'], [131_072, 'FAILED']])('it is bytes that count: %d characters of two bytes', async (count, status) => {
    expect(await run(definitionOf({ Type: 'Pass', Result: 'é'.repeat(count) }))).toMatchObject({ status });
  });
});

test('intrinsic functions leave texts as they are', async () => {
  const Parameters = { 'json.$': 'States.JsonToString($)', 'text.$': 'States.Format(\'{}\', $.text)', 'hash.$': 'States.Hash($.long, \'MD5\')' };
  const input = { text: 'a "b" \\ c', long: 'x'.repeat(100) };
  const { output } = await run({ StartAt: 'P', States: { P: { Type: 'Pass', Parameters, End: true } } }, JSON.stringify(input));
  expect(JSON.parse(output!)).toEqual({ json: JSON.stringify(input), text: input.text, hash: createHash('md5').update(input.long).digest('hex') });
});

test.each([['a/b', { status: 'SUCCEEDED' }], ['a', { status: 'FAILED', error: 'States.IntrinsicFailure' }]])('an array has no element beyond its end: %s', async (text, expected) => {
  const Parameters = { 'part.$': 'States.ArrayGetItem(States.StringSplit($.text, \'/\'), 1)' };
  const definition = { StartAt: 'P', States: { P: { Type: 'Pass', Parameters, End: true } } };
  expect(await run(definition, JSON.stringify({ text }))).toMatchObject(expected);
});

describe('JSONata', () => {
  test('a task gets its arguments, and its output is made of the input and the result; that of a catcher, of the error', async () => {
    handler = (_, event) => {
      if (event.n === 2) { throw new Error('two'); }
      return { twice: event.n! * 2 };
    };
    const task = {
      Type: 'Task',
      QueryLanguage: 'JSONata',
      Resource: `${PREFIX}f`,
      Arguments: { n: '{% $states.input.m + 1 %}' },
      Output: '{% $merge([$states.input, $states.result]) %}',
      Catch: [{ ErrorEquals: ['States.ALL'], Output: '{% $merge([$states.input, {"error": $states.errorOutput.Error}]) %}', Next: 'Caught' }],
      End: true,
    };
    const definition = { StartAt: 'T', States: { T: task, Caught: { Type: 'Succeed' } } };
    const arn = await create(definition);
    const outputOf = async (input: string) => JSON.parse((await ended(states.startExecution(arn, input))).output!);
    expect(await outputOf('{"m":4}')).toEqual({ m: 4, twice: 10 });
    expect(await outputOf('{"m":1}')).toEqual({ m: 1, error: 'Error' });
  });

  const pass = (Output: unknown) => ({ StartAt: 'P', States: { P: { Type: 'Pass', QueryLanguage: 'JSONata', Output, End: true } } });

  test('makes a state\'s output of its input and of the Context Object', async () => {
    const { output, executionArn } = await run(pass({ n: '{% $states.input.n + 1 %}', list: ['{% $states.context.Execution.Id %}', 'as it is'] }), '{"n":7}');
    expect(JSON.parse(output!)).toEqual({ n: 8, list: [executionArn, 'as it is'] });
  });

  test.each(['{% $states.input.missing %}', '{% $sum("seven") %}'])('%s fails', async Output => {
    expect(await run(pass(Output), '{"n":7}')).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  test('says how long to wait, in simulated time', async () => {
    const start = clock.now();
    const Seconds = '{% $states.input.until - $floor($millis() / 1000) %}';
    await run({ StartAt: 'W', States: { W: { Type: 'Wait', QueryLanguage: 'JSONata', Seconds, End: true } } }, JSON.stringify({ until: Math.floor(start / 1000) + 600 }));
    expect(clock.now() - start).toBeGreaterThanOrEqual(590_000);
  });
});

describe('a redrive', () => {
  const task = (name: string, fields: object = {}) => ({ Type: 'Task', Resource: `${PREFIX}${name}`, ...fields });
  const called = () => invocations.map(({ functionName, payload }) => `${functionName.slice(PREFIX.length)} ${payload}`);
  const broken = (functionName: string, event: unknown) => {
    if (functionName === 'broken') { throw new Error(`broken ${JSON.stringify(event)}`); }
    return { functionName };
  };
  const works = (functionName: string) => ({ functionName });

  test('goes on with the state that failed, its input and all of its retries, and says how often', async () => {
    handler = broken;
    const count = { Type: 'Pass', Parameters: { 'redrives.$': '$$.Execution.RedriveCount', 'id.$': '$$.Execution.Id' }, End: true };
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 1 }];
    const execution = await run({ StartAt: 'A', States: { A: task('a', { Next: 'B' }), B: task('broken', { Retry, Next: 'C' }), C: count } });
    expect(execution).toMatchObject({ status: 'FAILED', redriveCount: 0 });
    await redrive(execution);
    const failing = 'broken {"functionName":"a"}';
    expect(called()).toEqual(['a {}', failing, failing, failing, failing]);
    const events = execution.historyEvents;
    handler = works;
    expect(await redrive(execution)).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2, error: undefined });
    expect(JSON.parse(execution.output!)).toEqual({ redrives: 2, id: execution.executionArn });
    expect(execution.historyEvents).toBeGreaterThan(events);
    expect(() => states.redriveExecution(execution.executionArn)).toThrow('Execution is SUCCEEDED and cannot be redriven');
  });

  test('of a Map or a Parallel goes on with what did not succeed', async () => {
    handler = broken;
    const choose = { StartAt: 'C', States: { C: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 2, Next: 'X' }], Default: 'Y' }, X: task('broken', { End: true }), Y: task('fine', { End: true }) } };
    const map = { Type: 'Map', MaxConcurrency: 1, ItemProcessor: choose, End: true };
    const execution = await run({ StartAt: 'M', States: { M: map } }, '[1,2,3]');
    expect(called()).toEqual(['fine 1', 'broken 2']);
    handler = works;
    await redrive(execution);
    expect(called().slice(2)).toEqual(['broken 2', 'fine 3']);
    expect(JSON.parse(execution.output!)).toHaveLength(3);
  });

  test('enters a Fail state again; a Parallel around it is run as a whole by its retries', async () => {
    const fail = { Type: 'Fail', Error: 'Mine', Cause: 'because' };
    const execution = await run({ StartAt: 'F', States: { F: fail } });
    expect(await redrive(execution)).toMatchObject({ status: 'FAILED', error: 'Mine', cause: 'because' });

    const choice = { Type: 'Choice', Choices: [{ Variable: '$$.Execution.RedriveCount', NumericGreaterThan: 0, Next: 'P' }], Default: 'F' };
    const parallel = {
      Type: 'Parallel', Branches: [{ StartAt: 'C', States: { C: choice, P: { Type: 'Pass', End: true }, F: fail } }], Retry: [{ ErrorEquals: ['Mine'], MaxAttempts: 1 }], End: true,
    };
    const definition = JSON.stringify({ StartAt: 'S', States: { S: parallel } });
    const other = await ended(states.startExecution(await states.createStateMachine({ name: 'other', definition, roleArn }), '{}'));
    expect(other).toMatchObject({ status: 'FAILED', error: 'Mine', cause: 'because' });
    expect(await redrive(other)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('gives an execution that timed out its time anew', async () => {
    handler = works;
    const wait = { Type: 'Wait', Seconds: 400, Next: 'T' };
    const execution = await run({ TimeoutSeconds: 600, StartAt: 'V', States: { V: { ...wait, Next: 'W' }, W: wait, T: task('t', { End: true }) } });
    expect(execution).toMatchObject({ status: 'TIMED_OUT' });
    expect(await redrive(execution)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('of a Map Run goes on with its children that did not succeed', async () => {
    const child = { StartAt: 'A', States: { A: task('a', { Next: 'C' }), C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericEquals: 2, Next: 'X' }], Default: 'Y' }, X: task('broken', { End: true }), Y: { Type: 'Pass', End: true } } };
    handler = (functionName, event) => (functionName === 'a' ? event : broken(functionName, event));
    const definition = { StartAt: 'M', States: { M: distributedMap(child, { MaxConcurrency: 1 }) } };
    const execution = await run(definition, '{"items":[{"n":1},{"n":2},{"n":3}]}');
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    expect(called()).toEqual(['a {"n":1}', 'a {"n":2}', 'broken {"n":2}']);
    handler = (_, event) => event;
    expect(await redrive(execution)).toMatchObject({ status: 'SUCCEEDED' });
    expect(called().slice(3)).toEqual(['broken {"n":2}', 'a {"n":3}']);
  });
});

test.each<[string, object, string]>([
  ['other services', { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Parameters: {}, End: true }, 'a task that is neither a Lambda function nor a known service integration: arn:aws:states:::lambda:invoke (state X)'],
  ['computed waits', { Type: 'Wait', SecondsPath: '$.s', End: true }, 'SecondsPath in a Wait state (state X)'],
  ['heartbeats', { Type: 'Task', Resource: `${PREFIX}f`, HeartbeatSeconds: 1, TimeoutSeconds: 2, End: true }, 'HeartbeatSeconds in a Task state (state X)'],
])('%s are refused by name', async (_, state, message) => {
  await expect(create({ StartAt: 'X', States: { X: state } })).rejects.toThrow(`local AWS does not support ${message}`);
});

test.each<[string, string[]]>([
  ['no destination', []],
  ['an ARN without :*', ['arn:aws:logs:us-east-1:111122223333:log-group:g']],
  ['a log group that does not exist', ['arn:aws:logs:us-east-1:111122223333:log-group:none:*']],
])('logs with %s are refused', async (_, logs) => {
  world.logs.createLogGroup('g');
  world.iam.putRolePolicy('machine', 'logs', policy(allow('logs:*')));
  await expect(create(waiter(1), logs)).rejects.toMatchObject({ code: 'InvalidLoggingConfiguration' });
});

const retried = (...Retry: object[]) => ({ Type: 'Task', Resource: `${PREFIX}f`, Retry, End: true });

test.each<[string, object]>([
  ['a start that is not there', { Type: 'Succeed', name: 'Nowhere' }],
  ['States.ALL before other errors', retried({ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] })],
  ['States.ALL with other errors', retried({ ErrorEquals: ['X', 'States.ALL'] })],
  ['States.ALL with other errors, caught', { ...retried(), Catch: [{ ErrorEquals: ['X', 'States.ALL'], Next: 'Y' }] }],
  ['a delay that shrinks', retried({ ErrorEquals: ['X'], BackoffRate: 0.5 })],
  ['an unknown jitter', retried({ ErrorEquals: ['X'], JitterStrategy: 'SOME' })],
  ['a result in the Context Object', { Type: 'Pass', ResultPath: '$$.a', End: true }],
  ['a label of 41 characters', { Type: 'Map', Label: 'x'.repeat(41), ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }, End: true }],
])('a definition with %s is refused', async (_, { name = 'X', ...state }: { name?: string }) => {
  const definition = { StartAt: name, States: { X: state, ...'Catch' in state && { Y: { Type: 'Succeed' } } } };
  await expect(create(definition)).rejects.toMatchObject({ code: 'InvalidDefinition' });
});

test('a running execution is the answer to the same name and input; otherwise the name is taken', async () => {
  const arn = await create({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3_000_000, End: true } } });
  const execution = states.startExecution(arn, '{}', 'one');
  expect(states.startExecution(arn, '{}', 'one')).toBe(execution);
  expect(() => states.startExecution(arn, '{"n":1}', 'one')).toThrow('Execution Already Exists');
  states.stopExecution(execution.executionArn);
  await ended(execution);
  expect(() => states.startExecution(arn, '{}', 'one')).toThrow('Execution Already Exists');
  expect(() => states.startExecution(arn, '{}', 'two words')).toThrow("Invalid Name: 'two words'");
});

test.each([
  ['state, which nothing catches', 600, {
    StartAt: 'P',
    States: {
      P: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 600, Next: 'Then' }, Then: { Type: 'Pass', End: true } } },
          { StartAt: 'F', States: { F: { Type: 'Task', Resource: `${PREFIX}f`, Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 900 }], End: true } } },
        ],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Ignored' }],
        End: true,
      },
      Ignored: { Type: 'Pass', End: true },
    },
  }],
  ['retry', 30, waiter(1000)],
])('deleting a state machine ends its executions at their next %s, and is done then', async (_, seconds, definition) => {
  const arn = await create(definition);
  let deleted: Promise<void> | undefined;
  handler = () => {
    deleted ??= states.deleteStateMachine(arn);
    states.startExecution(arn, '{}');
    return {};
  };
  const execution = states.startExecution(arn, '{}');
  await eventually(() => expect(deleted).toBeDefined());
  await deleted;
  expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: 'State machine machine has been deleted.' });
  expect(execution.stopDate! - execution.startDate).toBeGreaterThanOrEqual(seconds);
  expect(execution.stopDate! - execution.startDate).toBeLessThan(2 * seconds);
  expect(() => states.startExecution(arn, '{}')).toThrow('Does Not Exist');
  expect(await redrive(execution)).toMatchObject({ error: 'States.Runtime' });
  await create(definition);
});

describe('parameters of a service\'s API', () => {
  const calling = (Resource: string, Parameters: object) => create({ StartAt: 'X', States: { X: { Type: 'Task', Resource: `arn:aws:states:::${Resource}`, Parameters, End: true } } });
  const DESCRIBE = 'aws-sdk:personalize:describeDatasetExportJob';

  test.each<[string, string, object, string]>([
    ['an unknown one', DESCRIBE, { 'DatasetExportJobArn.$': '$', 'Verbose': true }, '"Verbose" is not supported'],
    ['the API\'s own case', DESCRIBE, { datasetExportJobArn: 'x' }, '"DatasetExportJobArn" is required'],
    ['a missing one', DESCRIBE, {}, '"DatasetExportJobArn" is required'],
    ['an unknown member of an event', 'events:putEvents', { Entries: [{ Detail: {}, Kind: 'x' }] }, '"Entries.1.member.Kind" is not supported'],
  ])('%s is refused', async (_, resource, parameters, message) => {
    await expect(calling(resource, parameters)).rejects.toMatchObject({ code: 'InvalidDefinition', message: expect.stringContaining(message) });
  });

  test.each<[string, string, object]>([
    ['a path', DESCRIBE, { 'DatasetExportJobArn.$': '$.arn' }],
    ['an event whose detail is an object', 'events:putEvents', { Entries: [{ 'Source': 's', 'DetailType': 't', 'Detail': { any: 1 }, 'EventBusName.$': '$.bus' }] }],
  ])('%s is accepted', async (_, resource, parameters) => {
    await expect(calling(resource, parameters)).resolves.toBeDefined();
  });
});

test('the role must be for Step Functions, and may have to set up logging', async () => {
  world.logs.createLogGroup('g');
  const logs = ['arn:aws:logs:us-east-1:111122223333:log-group:g:*'];
  world.iam.putRolePolicy('machine', 'logs', policy(allow('logs:CreateLogDelivery')));
  await expect(create(waiter(1), logs)).rejects.toThrow('not authorized to access the Log Destination');
  world.iam.putRolePolicy('machine', 'logs', policy(allow('logs:*')));
  await create(waiter(1), logs);
  world.iam.updateRole('machine', { assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  await expect(states.createStateMachine({ name: 'other', definition: JSON.stringify(waiter(1)), roleArn })).rejects.toThrow('authorized to assume the provided role');
});

test('executions stop with local AWS', async () => {
  const execution = states.startExecution(await create({ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 3_000_000, End: true } } }), '{}');
  states.stop();
  expect((await ended(execution)).status).toBe('ABORTED');
});
