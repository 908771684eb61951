import { Duration, Stack } from 'aws-cdk-lib';
import { exportedRecords } from './exports';
import { exportIn, failingResource, Fixture, RECORDS, unwrapped } from './fixture';
import { DatasetExportJobProps, ExportDestination, IngestionMode } from '../../src';
import type { LocalAwsClient } from '../local-aws/client';

jest.setTimeout(300_000);

const HOUR = 3600;

describe('a long export', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(600); // ten minutes a second
    client = fixture.client;
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.stop());

  const longExportIn = (stack: Stack, props: Partial<DatasetExportJobProps> = {}, id?: string) =>
    exportIn(stack, { timeout: Duration.hours(6), ...props }, id);
  const deploy = (stackName: string, define: (stack: Stack) => void = longExportIn) => fixture.deploy(stackName, define);
  /** those that counted: a signal whose answer was late is repeated, and ignored then */
  const signalsOf = async (stackName: string) => (await client.waitSignals()).filter(signal => signal.stackName === stackName && signal.accepted);

  test('of three hours succeeds, and its data is there when the stack is green', async () => {
    await client.configurePersonalize({ secondsInProgress: 3 * HOUR });
    const { exitCode, output, outputs } = await deploy('ThreeHours');
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.jobsOf('ThreeHours')).toMatchObject([{ status: 'ACTIVE' }]);
    expect((await exportedRecords(client, outputs.ThreeHours.ExportUri)).rows).toHaveLength(RECORDS);
    expect(await signalsOf('ThreeHours')).toHaveLength(1);
  });

  test('that only gets other tags is neither exported nor waited for again', async () => {
    const { exitCode } = await deploy('ThreeHours', (stack) => { longExportIn(stack, { tags: { team: 'ml' } }); });
    expect(exitCode).toBe(0);
    expect(await fixture.jobsOf('ThreeHours')).toHaveLength(1);
    expect(await signalsOf('ThreeHours')).toHaveLength(1);
  });

  test('of an update is a second one, with a wait of its own', async () => {
    await client.configurePersonalize({ secondsInProgress: 2 * HOUR });
    const { exitCode, output } = await deploy('ThreeHours', (stack) => { longExportIn(stack, { ingestionMode: IngestionMode.BULK }); });
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf('ThreeHours')).toEqual(['ACTIVE', 'ACTIVE']);
    expect(await signalsOf('ThreeHours')).toHaveLength(2);
  });

  test('that fails in an update rolls the stack back, which waits for nothing and exports nothing', async () => {
    await client.configurePersonalize({ secondsInProgress: 2 * HOUR, failNextJobsWith: 'Input CSV is missing the following columns:[A, B].' });
    const { exitCode, output } = await deploy('ThreeHours', (stack) => { longExportIn(stack, { ingestionMode: IngestionMode.PUT }); });
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Dataset export job failed (CREATE FAILED): Input CSV is missing the following columns:[A, B].');
    expect(output).toContain('UPDATE_ROLLBACK_COMPLET');
    expect(await fixture.statusesOf('ThreeHours')).toEqual(['ACTIVE', 'ACTIVE', 'CREATE FAILED']);
  });

  test('that fails after two hours fails the stack, with the reason', async () => {
    await client.configurePersonalize({ secondsInProgress: 2 * HOUR, failNextJobsWith: 'The moon is full.' });
    const { exitCode, output } = await deploy('FailsLate');
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Dataset export job failed (CREATE FAILED): The moon is full.');
    expect(output).toContain('ROLLBACK_COMPLETE');
  });

  test('that outlasts its timeout fails with our message, not CloudFormation\'s', async () => {
    await client.configurePersonalize({ secondsInProgress: 20 * HOUR });
    const { exitCode, output } = await deploy('Outlasts', (stack) => { longExportIn(stack, { timeout: Duration.hours(2) }); });
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Dataset export job was not done within its timeout of 120 min: status CREATE IN_PROGRESS after');
    expect(output).not.toContain('WaitCondition timed out');
  });

  test('shares a stack with another long one and two short ones', async () => {
    const { exitCode, output } = await deploy('Mixed', (stack) => {
      const destination = new ExportDestination(stack, 'Exports');
      for (const id of ['Long1', 'Long2']) { longExportIn(stack, { destination }, id); }
      for (const id of ['Short1', 'Short2']) { longExportIn(stack, { destination, timeout: Duration.minutes(55) }, id); }
    });
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf('Mixed')).toEqual(Array(4).fill('ACTIVE'));
    expect(await signalsOf('Mixed')).toHaveLength(2);
  });

  test('signals until it gets through, and once', async () => {
    await client.addFaults(
      { service: 'cloudformation', operation: 'SignalWaitCondition', drop: true, times: 2 },
      { service: 'cloudformation', operation: 'SignalWaitCondition', error: { code: 'InternalError', status: 500 }, times: 2 },
    );
    const { exitCode, output } = await deploy('Signals');
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await client.remainingFaults()).toEqual([]);
    expect(await signalsOf('Signals')).toHaveLength(1);
  });

  test('does not signal into a stack that is rolled back meanwhile', async () => {
    await client.configurePersonalize({ secondsInProgress: HOUR });
    const { exitCode } = await deploy('RolledBack', (stack) => {
      const job = longExportIn(stack);
      failingResource(stack, { AfterSeconds: 1200 }).node.addDependency(job.destination);
    });
    expect(exitCode).not.toBe(0);
    await new Promise(resolve => setTimeout(resolve, 9_000)); // ninety simulated minutes: the job is over by then
    expect(await fixture.statusesOf('RolledBack')).toEqual(['CREATE FAILED']); // its role went with the stack
    expect((await client.waitSignals()).filter(({ stackName }) => stackName === 'RolledBack')).toEqual([]);
  });

  test('that is not waited for is green as soon as its job is created', async () => {
    await client.configurePersonalize({ secondsInProgress: 10 * HOUR });
    const { exitCode, outputs } = await deploy('Background', (stack) => { longExportIn(stack, { waitForCompletion: false }); });
    expect(exitCode).toBe(0);
    expect(await fixture.jobsOf('Background')).toMatchObject([{ status: expect.stringMatching(/^CREATE (PENDING|IN_PROGRESS)$/) }]);
    expect(outputs.Background.ExportUri).toMatch(/^s3:/);
  });
});
