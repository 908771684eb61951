import { startLocalAws } from './local-aws';
import type { LocalAwsClient } from '../../local-aws/client';
import type { ExecutionRecord } from '../../local-aws/wire';
import { NIGHTLY_BACKUP, SPEED, deployEvery15Minutes, runs, seedMovies } from '../../tools/demo/nightly-backup';
import { CdkCli, type CliResult } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';

// The life of one stack: each test continues where the one before it ended.
describe('the nightly-backup example', () => {
  let localAws: LocalAwsProcess;
  let client: LocalAwsClient;
  let datasets: string[];
  let deployed: CliResult;

  beforeAll(async () => {
    localAws = await startLocalAws(SPEED);
    client = localAws.client;
    datasets = await seedMovies(client);
    deployed = await deployEvery15Minutes(localAws);
  });
  afterAll(() => localAws.stop());

  test('deploys, and nothing runs before its time', async () => {
    expect(deployed).toMatchObject({ exitCode: 0 });
    expect(deployed.outputs.NightlyBackup.StateMachineArn).toMatch(/^arn:aws:states:eu-west-1:111122223333:stateMachine:/);
  });

  test('exports the three datasets twice on its schedule, each run to its own folders', async () => {
    const executions = await runs(client, 2);
    const reports = executions.map(({ output }) => JSON.parse(output!));
    expect(executions[1].startDate - executions[0].startDate).toBeGreaterThanOrEqual(15 * 60 - 1);
    const uris = new Set<string>();
    for (const [index, report] of reports.entries()) {
      expect(report).toMatchObject({
        stateMachineArn: deployed.outputs.NightlyBackup.StateMachineArn, executionArn: executions[index].executionArn, status: 'SUCCEEDED', succeeded: 3, failed: 0,
      });
      expect(report.datasets.map(({ datasetArn }: { datasetArn: string }) => datasetArn)).toEqual(datasets);
      for (const { outputUri } of report.datasets) {
        const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(personalize\/.*\/)$/.exec(outputUri)!;
        expect((await client.objects(bucket)).filter(({ key }) => key.startsWith(prefix)).length).toBeGreaterThan(0);
        uris.add(outputUri);
      }
    }
    expect(uris.size).toBe(6);
  });

  test('tells the topic about the run in which an export fails', async () => {
    await client.configurePersonalize({ failJobsOf: { [datasets[1]]: 'Insufficient privileges for accessing data in Amazon S3.' } });
    let executions: ExecutionRecord[];
    do {
      executions = await runs(client, (await client.executions()).length);
    } while (executions.every(({ status }) => status === 'SUCCEEDED'));
    const before = executions.findIndex(({ status }) => status !== 'SUCCEEDED');
    expect(executions[before]).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed', cause: expect.stringContaining('Insufficient privileges for accessing data in Amazon S3.') });
    await client.sleep(600); // events may be late
    const runEvents = (await client.events()).filter(({ detailType }) => detailType === 'Dataset Export Run State Change');
    // they come in any order, and more than once
    const eventOf = ({ executionArn }: ExecutionRecord) => runEvents.find(({ detail }) => detail.executionArn === executionArn)!;
    expect(executions.slice(0, before + 1).map(eventOf).map(({ detail, deliveredTo }) => [detail.status, deliveredTo.length])).toEqual([
      ...Array.from({ length: before }, () => ['SUCCEEDED', 0]), ['FAILED', 1],
    ]);
    expect(eventOf(executions[before]).deliveredTo[0]).toMatch(/^arn:aws:sns:.*BackupFailed/);
    await client.configurePersonalize({ failJobsOf: {} });
  });

  test('starts no more runs after cdk destroy, which keeps the exported data', async () => {
    const objects = async () => (await Promise.all((await client.jobs()).filter(({ status }) => status === 'ACTIVE').map(async ({ request }) => {
      const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec((request.jobOutput as any).s3DataDestination.path)!;
      return (await client.objects(bucket)).filter(({ key }) => key.startsWith(prefix)).length;
    }))).every(count => count > 0);
    const { exitCode } = await new CdkCli(localAws.ready).destroy([], NIGHTLY_BACKUP);
    expect(exitCode).toBe(0);
    const { length } = await client.executions();
    await client.sleep(20 * 60);
    expect(await client.executions()).toHaveLength(length);
    expect(await objects()).toBe(true);
  });
});
