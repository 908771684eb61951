import { CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import { exportIn, Fixture, RECORDS, rarelyPolling } from './fixture';
import type { LocalAwsClient } from '../../local-aws/client';
import { DatasetExportJobProps, ExportDestination, ExportTrigger } from '../../src';
import { exportedRecords } from '../../tools/local-deployment/records';

const HOUR = 3600;
const { hours, minutes } = Duration;

// See sequences.test.ts for long exports that fail.
describe('a long export', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(2000);
    client = fixture.client;
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.stop());

  const longExportIn = (stack: Stack, props: Partial<DatasetExportJobProps> = {}, id?: string) =>
    exportIn(stack, { timeout: hours(3), provider: rarelyPolling(stack), ...props }, id);
  const deploys = async (stackName: string, define: (stack: Stack) => void = longExportIn, args: string[] = []) => {
    const { exitCode, output, outputs } = await fixture.deploy(stackName, define, args);
    expect(exitCode === 0 ? '' : output).toBe('');
    return outputs[stackName];
  };

  test('of two hours succeeds, and its data is there when the deployment succeeds', async () => {
    await client.configurePersonalize({ secondsInProgress: 2 * HOUR });
    const { ExportUri } = await deploys('TwoHours');
    expect(await fixture.jobsOf('TwoHours')).toMatchObject([{ status: 'ACTIVE' }]);
    expect((await exportedRecords(client, ExportUri)).rows).toHaveLength(RECORDS);
  });

  test.each([
    ['longer', hours(5)], ['short enough for one resource', minutes(55)], ['long again', hours(2)],
  ])('whose timeout becomes %s is not exported again', async (_, timeout) => {
    await deploys('TwoHours', stack => { longExportIn(stack, { timeout }); });
    expect(await fixture.jobsOf('TwoHours')).toHaveLength(1);
  });

  test('that follows from the value of a parameter is waited for as long', async () => {
    const define = (stack: Stack) => {
      const month = new CfnParameter(stack, 'Month', { default: '2026-10' });
      longExportIn(stack, { trigger: ExportTrigger.token(month.valueAsString) });
    };
    await deploys('ByValue', define);
    await client.configurePersonalize({ secondsInProgress: 70 * 60 });
    const { ExportUri } = await deploys('ByValue', define, ['--parameters', 'Month=2026-11']);
    const jobs = await fixture.jobsOf('ByValue');
    expect(jobs.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(ExportUri).toBe((jobs[1].request as any).jobOutput.s3DataDestination.path);
  });

  test('shares a stack with another long one and two short ones', async () => {
    await deploys('Mixed', stack => {
      const destination = new ExportDestination(stack, 'Exports');
      for (const id of ['Long1', 'Long2']) { longExportIn(stack, { destination }, id); }
      for (const id of ['Short1', 'Short2']) { longExportIn(stack, { destination, timeout: minutes(55) }, id); }
    });
    expect(await fixture.statusesOf('Mixed')).toEqual(Array(4).fill('ACTIVE'));
  });

  test('that is not waited for is complete as soon as its job is created', async () => {
    await client.configurePersonalize({ secondsInProgress: 1000 * HOUR });
    const { ExportUri } = await deploys('Background', stack => { longExportIn(stack, { waitForCompletion: false }); });
    expect(await fixture.jobsOf('Background')).toMatchObject([{ status: expect.stringMatching(/^CREATE (PENDING|IN_PROGRESS)$/) }]);
    expect(ExportUri).toMatch(/^s3:/);
  });
});
