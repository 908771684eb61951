import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { zipOf } from './testing-zip';
import { ScaledClock } from '../../../../local-aws/clock';
import { HOSTILE } from '../../../../local-aws/profile';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import type { FunctionConfiguration } from '../../../../local-aws/services/lambda/function';
import { lambdaApi } from '../../../../local-aws/services/lambda/operations';
import { FunctionStore, type InvocationResult } from '../../../../local-aws/services/lambda/store';
import type { World } from '../../../../local-aws/world';
import { ManualClock } from '../../../../tools/simulation/manual-clock';
import { allow, eventually, policy, testWorld, trust } from '../../testing-world';

const ROOT = { userArn: DEPLOYER.userArn };
const TRUST = trust('lambda.amazonaws.com');

let clock: ScaledClock;
let world: World;
let lambda: FunctionStore;
let roleArn: string;

beforeAll(() => {
  clock = new ScaledClock(Infinity);
  world = testWorld(clock);
  ({ lambda } = world);
  roleArn = world.iam.createRole({ roleName: 'fn-role', assumeRolePolicyDocument: TRUST });
  world.iam.createRole({ roleName: 'caller', assumeRolePolicyDocument: TRUST });
});

afterAll(() => {
  lambda.stop();
  clock.stop();
});

let count = 0;
async function create(code: string, overrides: Partial<FunctionConfiguration> = {}): Promise<string> {
  const functionName = `fn-${++count}`;
  await lambda.createFunction(configuration({ functionName, code: zipOf({ 'index.js': code }), ...overrides }));
  return functionName;
}

function configuration(settings: Pick<FunctionConfiguration, 'functionName' | 'code'> & Partial<FunctionConfiguration>): FunctionConfiguration {
  return {
    handler: 'index.handler',
    roleArn,
    runtime: 'nodejs22.x',
    timeoutSeconds: 30,
    memorySize: 128,
    environment: {},
    logging: { format: 'Text', applicationLevel: 'INFO' },
    ...settings,
  };
}

async function invoke(functionName: string, event: unknown = {}) {
  const { payload, functionError } = await lambda.invoke({ functionName, payload: JSON.stringify(event), principal: ROOT });
  return { result: JSON.parse(payload), functionError };
}

test('a function sees what Lambda would give it, and nothing of this machine', async () => {
  process.env.SECRET_OF_THE_HOST = 'secret';
  const name = await create('exports.handler = async () => process.env', { environment: { OWN: 'value' } });
  const { result: env } = await invoke(name);
  expect(env).toMatchObject({
    OWN: 'value',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    _HANDLER: 'index.handler',
    AWS_ENDPOINT_URL: world.endpoint,
  });
  expect(env.AWS_SESSION_TOKEN).toBeTruthy();
  expect(Object.keys(env)).not.toEqual(expect.arrayContaining(['SECRET_OF_THE_HOST']));
  expect(Object.keys(env).filter(key => key === 'PATH' || key.startsWith('LOCAL_AWS'))).toEqual([]);
});

test('the runtime brings its SDK clients, the rest of the repository is out of reach', async () => {
  const name = await create(`exports.handler = async () => {
    const found = (name) => { try { require(name); return true; } catch { return false; } };
    return [found('@aws-sdk/client-lambda'), found('@aws-sdk/client-personalize'), found('typescript')];
  }`);
  expect((await invoke(name)).result).toEqual([true, true, false]);
});

test('an error has the shape that Lambda gives it, without places of this machine', async () => {
  const name = await create('exports.handler = async () => { throw new TypeError("no such thing"); }');
  const { result, functionError } = await invoke(name);
  expect(functionError).toBe('Unhandled');
  expect(result).toEqual({ errorType: 'TypeError', errorMessage: 'no such thing', trace: expect.any(Array) });
  expect(result.trace[0]).toBe('TypeError: no such thing');
  expect(result.trace[1]).toContain('/var/task/index.js');
  expect(result.trace.join('\n')).not.toContain(__dirname);
});

test('a missing export, an unhandled rejection and an exit are errors, too', async () => {
  expect((await invoke(await create('exports.other = 1'))).result.errorType).toBe('Runtime.HandlerNotFound');
  const rejecting = await create('exports.handler = () => { Promise.reject(new Error("lost")); return new Promise(() => {}); }');
  expect((await invoke(rejecting)).result).toMatchObject({ errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' });
  expect((await invoke(await create('exports.handler = async () => process.exit(3)'))).result).toMatchObject({
    errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/^RequestId: .* Error: Runtime exited with exit status 3$/),
  });
});

test('callback handlers are refused as nodejs24 does', async () => {
  const { result } = await invoke(await create('exports.handler = (event, context, callback) => callback(null, 1)'));
  expect(result.errorType).toBe('Runtime.CallbackHandlerDeprecated');
});

test('the timeout ends an invocation, and the next one gets a new process', async () => {
  const name = await create('exports.handler = (event) => event.hang ? new Promise(() => {}) : Promise.resolve("fine")', { timeoutSeconds: 1 });
  const { result, functionError } = await invoke(name, { hang: true });
  expect(functionError).toBe('Unhandled');
  expect(result.errorMessage).toMatch(/^RequestId: .* Error: Task timed out after 1\.00 seconds$/);
  expect((await invoke(name)).result).toBe('fine');
});

test('warm processes are used again, until the function changes', async () => {
  const code = (version: number) => `let n = 0; exports.handler = async () => [${version}, ++n]`;
  const name = await create(code(1));
  expect((await invoke(name)).result).toEqual([1, 1]);
  expect((await invoke(name)).result).toEqual([1, 2]);
  await lambda.updateFunction(configuration({ functionName: name, code: zipOf({ 'index.js': code(2) }) }));
  expect((await invoke(name)).result).toEqual([2, 1]);
});

test('handlers live in simulated time, each invocation anew', async () => {
  const name = await create('exports.handler = async (event, context) => [Date.now(), new Date().getTime(), Date.now() + context.getRemainingTimeInMillis()];');
  for (let invocation = 0; invocation < 2; invocation++) {
    await clock.sleep(600_000);
    const { result } = await invoke(name);
    const now = clock.now();
    expect(result).toEqual([now, now, now + 30_000]);
  }
});

describe('an invocation takes the time that its function waits, however busy this machine is:', () => {
  const took = async (code: string, options: Partial<FunctionConfiguration> = {}) => {
    const name = await create(code, options);
    const start = clock.now();
    await invoke(name);
    return clock.now() - start;
  };
  const handler = (body: string) => `exports.handler = async () => { ${body} };`;
  let usual: number;
  beforeAll(async () => { usual = await took(handler('')); });

  test.each<[string, string, number]>([
    ['none for work', 'for (const end = performance.now() + 100; performance.now() < end;) {}', 0],
    ['none for files', 'await require("fs/promises").readdir("/");', 0],
    ['timers', 'await new Promise(resolve => setTimeout(resolve, 20_000)); await require("timers/promises").setTimeout(5000)', 25_000],
    ['intervals', 'await new Promise(resolve => { let n = 0; const id = setInterval(() => { if (++n === 3) { clearInterval(id); resolve(); } }, 1000); })', 3000],
    ['the shorter of two timers', 'await new Promise((resolve, reject) => { const id = setTimeout(reject, 20_000); setTimeout(() => { clearTimeout(id); resolve(); }, 10_000); })', 10_000],
    ['signals', 'await new Promise(resolve => AbortSignal.timeout(7000).addEventListener("abort", resolve))', 7000],
  ])('%s', async (_, body, milliseconds) => {
    expect(await took(handler(body))).toBe(usual + milliseconds);
  });

  test('the timeout, if it waits for nothing', async () => {
    expect(await took(handler('await new Promise(() => {})'), { timeoutSeconds: 600 })).toBe(usual + 600_000);
  });

  test('and dates are those of this time', async () => {
    const name = await create('exports.handler = async () => { const start = Date.now(); await new Promise(resolve => setTimeout(resolve, 60_000)); return Date.now() - start; }', { timeoutSeconds: 600 });
    expect((await invoke(name)).result).toBe(60_000);
  });
});

test('lines reach the log group when the role may write them, and only then', async () => {
  const code = 'exports.handler = async () => { console.log("hello", { a: 1 }); }';
  const silent = await create(code, { logging: { logGroup: 'denied-group', format: 'Text', applicationLevel: 'INFO' } });
  const logging = { logGroup: 'granted-group', format: 'JSON', applicationLevel: 'WARN' } as const;
  const speaking = await create('exports.handler = async () => { console.log(\'hidden\'); console.error(\'seen\'); }', { logging });
  world.logs.createLogGroup('denied-group');
  world.logs.createLogGroup('granted-group');
  world.iam.putRolePolicy('fn-role', 'logs', policy(allow('logs:*', 'arn:aws:logs:us-east-1:111122223333:log-group:granted-group:*')));
  await invoke(silent);
  await invoke(speaking);
  await eventually(() => expect(world.logs.lines('granted-group')).toHaveLength(1));
  expect(world.logs.lines('granted-group')[0]).toContain('"level":"ERROR"');
  expect(world.logs.lines('denied-group')).toEqual([]);
});

test('invoking needs a permission; a resource policy is one as well', async () => {
  const name = await create('exports.handler = async () => 1');
  const arn = `arn:aws:lambda:us-east-1:111122223333:function:${name}`;
  const principal = { roleArn: 'arn:aws:iam::111122223333:role/caller' };
  const call = () => lambda.invoke({ functionName: name, payload: '{}', principal });
  await expect(call()).rejects.toMatchObject({ code: expect.stringContaining('AccessDenied') });
  lambda.addPermission(name, 'sid', allow('lambda:InvokeFunction', arn, { Principal: { AWS: principal.roleArn } }));
  await expect(call()).resolves.toMatchObject({ payload: '1' });
});

test('a failed event is delivered twice again, a good one once', async () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'local-aws-test-')), 'deliveries');
  const impatient = new FunctionStore({ ...world, clock });
  const code = 'exports.handler = async ({ file, fails }) => { require(\'fs\').appendFileSync(file, fails ? \'x\' : \'.\'); if (fails) throw new Error(); }';
  try {
    await impatient.createFunction(configuration({ functionName: 'delivered', code: zipOf({ 'index.js': code }) }));
    const deliver = (fails: boolean) => impatient.invokeAsync({ functionName: 'delivered', payload: JSON.stringify({ file, fails }), principal: ROOT });
    await deliver(false);
    await deliver(true);
    await eventually(() => expect([...fs.readFileSync(file, 'utf8')].sort().join('')).toBe('.xxx'));
    await clock.sleep(3_600_000);
    expect(fs.readFileSync(file, 'utf8')).toHaveLength(4);
  } finally {
    impatient.stop();
    fs.rmSync(path.dirname(file), { recursive: true });
  }
});

test('in the hostile profile, a good event may be delivered twice', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'local-aws-test-'));
  const file = path.join(folder, 'deliveries');
  const hostile = new FunctionStore({ ...world, profile: HOSTILE });
  const code = 'exports.handler = async ({ file }) => { require(\'fs\').appendFileSync(file, \'.\'); }';
  try {
    await hostile.createFunction(configuration({ functionName: 'delivered', code: zipOf({ 'index.js': code }) }));
    await hostile.invokeAsync({ functionName: 'delivered', payload: JSON.stringify({ file }), principal: ROOT });
    await eventually(() => expect(fs.readFileSync(file, 'utf8')).toBe('..'));
  } finally {
    hostile.stop();
    fs.rmSync(folder, { recursive: true });
  }
});

describe('in an account without room', () => {
  let stillClock: ManualClock;
  let service: FunctionStore;
  let file: string;

  beforeEach(async () => {
    stillClock = new ManualClock();
    service = new FunctionStore({ ...world, clock: stillClock });
    file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'local-aws-test-')), 'invocations');
    const code = 'exports.handler = async ({ file, by }) => require("fs").appendFileSync(file, by)';
    await service.createFunction(configuration({ functionName: 'fn', code: zipOf({ 'index.js': code }) }));
    service.settings.concurrentExecutions = 0;
  });
  afterEach(async () => {
    service.stop();
    fs.rmSync(path.dirname(file), { recursive: true });
  });

  const invocation = (by: string) => ({ functionName: 'fn', payload: JSON.stringify({ file, by }), principal: ROOT });
  async function invokeIn(by: string, payload?: string): Promise<InvocationResult> {
    const result = service.invoke({ ...invocation(by), ...payload && { payload } });
    await stillClock.advance(1000);
    return result;
  }
  const invoked = () => fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';

  test('an invocation that is waited for is refused, in the words of the API', async () => {
    const error = await service.invoke(invocation('caller')).catch(refusal => refusal);
    const { status, headers, body } = lambdaApi.error(error, 'id');
    expect([status, headers!['x-amzn-errortype']]).toEqual([429, 'TooManyRequestsException']);
    expect(JSON.parse(String(body))).toEqual({ Type: 'User', message: 'Rate Exceeded.', Reason: 'ConcurrentInvocationLimitExceeded' });
    expect(invoked()).toBe('');
  });

  test('an event waits until there is some', async () => {
    await service.invokeAsync(invocation('event'));
    await stillClock.advance(60_000);
    expect(invoked()).toBe('');
    service.settings.concurrentExecutions = 1;
    await stillClock.advance(60_000);
    await eventually(() => expect(invoked()).toBe('event'));
  });

  test('an event is discarded after six hours', async () => {
    await service.invokeAsync(invocation('event'));
    await stillClock.advance(6 * 3_600_000);
    service.settings.concurrentExecutions = 1;
    await stillClock.advance(600_000);
    // if the event were under way, there would be no room for another
    await invokeIn('caller');
    expect(invoked()).toBe('caller');
  });

  test('an invocation that is over, well or not, makes room', async () => {
    service.settings.concurrentExecutions = 1;
    expect(await invokeIn('caller', '{}')).toMatchObject({ functionError: 'Unhandled' });
    await invokeIn('caller');
    await invokeIn('caller');
    expect(invoked()).toBe('callercaller');
  });
});

test('what Lambda would refuse is refused', async () => {
  await expect(create('', { runtime: 'python3.13' })).rejects.toThrow('local AWS does not support the Lambda runtime python3.13');
  await expect(create('', { environment: { AWS_REGION: 'x' } })).rejects.toThrow('Reserved keys used in this request: AWS_REGION');
  const foreign = world.iam.createRole({ roleName: 'not-for-lambda', assumeRolePolicyDocument: trust('states.amazonaws.com') });
  await expect(create('', { roleArn: foreign })).rejects.toThrow('cannot be assumed by Lambda');
  await expect(create('', { code: Buffer.from('no zip') })).rejects.toThrow('Could not unzip');
});
