import { exportsIn, Fixture } from './fixture';
import type { LocalAwsClient } from '../../local-aws/client';

const JOBS = 40;

describe('in an account that lets 10 functions run at a time,', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(300);
    client = fixture.client;
  });
  afterAll(() => fixture.stop());
  beforeEach(() => client.configureLambda({ concurrentExecutions: 10, heldByOthers: 0 }));

  const REFUSAL = { service: 'lambda', operation: 'Invoke', errorCode: 'TooManyRequestsException' };

  // With 4 taken, there is room for one more function than jobs that run at a time: they take turns. A request that comes twice takes room twice.
  test.each([0, 4])('40 jobs are exported, each started once, and deleted, while others hold %d of the 10', async heldByOthers => {
    await client.configureLambda({ heldByOthers, ...heldByOthers > 0 && { redeliveredAfterSeconds: [null] } });
    await client.configurePersonalize({ maxConcurrentJobs: 5 });
    const name = fixture.newStackName();
    const { exitCode, output } = await fixture.deploy(name, stack => exportsIn(stack, JOBS));
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(Array(JOBS).fill('ACTIVE'));
    const started = (await client.calls({ operation: 'CreateDatasetExportJob' }))
      .filter(({ parameters, status }) => String(parameters.jobName).startsWith(`${name}_`) && status === 200);
    expect(started).toHaveLength(JOBS);
    const destroyed = await fixture.destroy(name, stack => exportsIn(stack, JOBS));
    expect(destroyed.exitCode === 0 ? '' : destroyed.output).toBe('');
  });

  test('jobs whose functions have no room to start them wait for it', async () => {
    await client.configureLambda({ heldByOthers: 9 }); // room for the framework's function, not for ours
    const name = fixture.newStackName();
    await client.stopTimeAt(REFUSAL);
    const deployment = fixture.deploy(name, stack => exportsIn(stack, 5));
    await client.timeStopped();
    await client.runTimeFor(60);
    expect(await fixture.jobsOf(name)).toEqual([]);
    await client.configureLambda({ heldByOthers: 0 });
    await client.resumeTime();
    const { exitCode, output } = await deployment;
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(Array(5).fill('ACTIVE'));
  });

  test('a job whose functions have no room to poll it waits for it', async () => {
    await client.configurePersonalize({ secondsInProgress: 30 * 60 });
    const name = fixture.newStackName();
    const { deployment } = await fixture.deployUntilJob(name);
    await client.configureLambda({ heldByOthers: 10 }); // no room at all
    await client.runTimeFor(60);
    await client.configureLambda({ heldByOthers: 9 }); // room for the framework's function, not for ours
    await client.stopTimeAt(REFUSAL);
    await client.timeStopped();
    await client.runTimeFor(20);
    await client.configureLambda({ heldByOthers: 0 });
    await client.resumeTime();
    const { exitCode, output } = await deployment;
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(['ACTIVE']);
  });
});
