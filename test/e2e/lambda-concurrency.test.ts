import { exportsIn, Fixture } from './fixture';
import type { LocalAwsClient } from '../../local-aws/client';

jest.setTimeout(300_000);

/** Five simulated minutes a second, but real time while a function waits for room. */
const SPEED = 300;
const JOBS = 40;

describe('in an account that lets 10 functions run at a time,', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(SPEED);
    client = fixture.client;
  });
  afterAll(() => fixture.stop());
  beforeEach(() => client.configureLambda({ concurrentExecutions: 10, heldByOthers: 0 }));

  async function refusals(): Promise<number> {
    const calls = await client.calls({ service: 'lambda', operation: 'Invoke' });
    return calls.filter(({ errorCode }) => errorCode === 'TooManyRequestsException').length;
  }

  async function refused(): Promise<void> {
    for (const before = await refusals(); await refusals() === before;) { await new Promise(resolve => setTimeout(resolve, 100)); }
  }

  test.each([
    // by default
    [undefined, 0],
    [4, 2],
    // one more than jobs run at a time: they take turns
    [undefined, 4],
  ])('40 jobs, with maxConcurrency %s, are exported, each once, and deleted, while %d are somebody else\'s', async (maxConcurrency, heldByOthers) => {
    await client.configureLambda({ heldByOthers });
    const name = fixture.newStackName();
    const { exitCode, output } = await fixture.deploy(name, stack => exportsIn(stack, JOBS, maxConcurrency));
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(Array(JOBS).fill('ACTIVE'));
    const destroyed = await fixture.destroy(name, stack => exportsIn(stack, JOBS, maxConcurrency));
    expect(destroyed.exitCode === 0 ? '' : destroyed.output).toBe('');
  });

  test('jobs whose functions have no room to start them wait for it', async () => {
    // for one of the framework's, not for ours
    await client.configureLambda({ heldByOthers: 9 });
    const name = fixture.newStackName();
    const deployment = fixture.deploy(name, stack => exportsIn(stack, JOBS));
    await refused();
    await client.sleep(60);
    expect(await fixture.jobsOf(name)).toEqual([]);
    await client.configureLambda({ heldByOthers: 0 });
    const { exitCode, output } = await deployment;
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(Array(JOBS).fill('ACTIVE'));
  });

  test('a job whose functions have no room to look at it waits for it', async () => {
    const name = fixture.newStackName();
    const deployment = fixture.deploy(name);
    while ((await fixture.jobsOf(name)).length === 0) { await new Promise(resolve => setTimeout(resolve, 10)); }
    // neither for the framework's function nor for ours
    await client.configureLambda({ heldByOthers: 10 });
    await client.sleep(60);
    // for the framework's function, not for ours
    await client.configureLambda({ heldByOthers: 9 });
    await refused();
    await client.sleep(20);
    await client.configureLambda({ heldByOthers: 0 });
    const { exitCode, output } = await deployment;
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(['ACTIVE']);
  });
});
