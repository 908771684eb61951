import { Duration, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { assembly, removeAssemblies } from './assembly';
import { startLocalAws } from './local-aws';
import type { LocalAwsClient } from '../../local-aws/client';
import type { ExecutionRecord } from '../../local-aws/wire';
import {
  Dataset, DatasetExportSchedule, DatasetExportTable, DatasetExportWorkflow, DatasetFieldType, DatasetSchema, IngestionMode,
} from '../../src';
import { NIGHTLY_BACKUP, SPEED, deployEvery15Minutes, runs, seedMovies } from '../../tools/demo/nightly-backup';
import { CdkCli, type CliResult } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { CatalogTable, QueryEngine } from '../../tools/query/engine';

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

  test('deploys', async () => {
    expect(deployed).toMatchObject({ exitCode: 0 });
    expect(deployed.outputs.NightlyBackup.StateMachineArn).toMatch(/^arn:aws:states:eu-west-1:111122223333:stateMachine:/);
  });

  test('exports the three datasets three times on its schedule, each run to its own folders', async () => {
    const executions = await runs(client, 3);
    const reports = executions.map(({ output }) => JSON.parse(output!));
    // the first one may wait until the role's policy has taken effect
    expect(executions[2].startDate - executions[1].startDate).toBeGreaterThanOrEqual(15 * 60 - 1);
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
    expect(uris.size).toBe(9);
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

test('a workflow\'s table has the export of each run', async () => {
  const localAws = await startLocalAws(SPEED);
  try {
    const { client, ready } = localAws;
    const [datasetArn] = await seedMovies(client);
    const { exitCode } = await new CdkCli(ready).deploy(['--app', assembly('Queries', stack => {
      const dataset = Dataset.fromDatasetArn(stack, 'Dataset', datasetArn);
      const workflow = new DatasetExportWorkflow(stack, 'Backup', { datasets: [dataset], ingestionMode: IngestionMode.ALL });
      const schema = DatasetSchema.fromColumns(['USER_ID', 'ITEM_ID'].map(name => ({ name, type: DatasetFieldType.STRING })));
      new DatasetExportTable(stack, 'Interactions', { workflow, dataset, schema, verifyHeader: true });
      new DatasetExportSchedule(stack, 'Often', { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.minutes(15)) });
    })]);
    expect(exitCode).toBe(0);
    const reports = (await runs(client, 2)).map(({ output }) => JSON.parse(output!).datasets[0]);
    const [table] = (await client.tables()).filter(({ name }) => name === 'interactions_csv');
    const partitions = table.partitions.slice(0, 2); // the next run may be done
    expect(partitions.map(({ values, location }) => [values[2], location])).toEqual(reports.map(({ jobName, outputUri }) => [jobName, outputUri]));
    const views = (await client.tables()).filter(({ name }) => name !== 'interactions_csv');
    expect(await rowsOf(client, [{ ...table, partitions }, ...views] as unknown as CatalogTable[])).toEqual([
      [['u1', 'i1'], ['u2', 'i2']], reports.flatMap(({ jobName }) => [[jobName, 2n]]).sort(),
    ]);
  } finally {
    removeAssemblies();
    await localAws.stop();
  }
});

/** The newest export, and how many rows each export has. */
async function rowsOf(client: LocalAwsClient, catalog: CatalogTable[]): Promise<unknown[]> {
  const objects = await Promise.all(catalog[0].partitions.flatMap(async ({ location }) => {
    const [, bucket, folder] = /^s3:\/\/([^/]+)\/(.*)$/.exec(location!)!;
    const keys = (await client.objects(bucket)).map(({ key }) => key).filter(key => key.startsWith(folder));
    return Promise.all(keys.map(async key => ({ uri: `s3://${bucket}/${key}`, content: await client.objectBody(bucket, key) })));
  }));
  const engine = await QueryEngine.over(catalog, objects.flat());
  try {
    const rows = async (sql: string) => (await engine.query(sql)).getRowsJS();
    return [
      await rows('SELECT * FROM queries_exports.interactions ORDER BY user_id'),
      await rows('SELECT job_name, count(*) FROM queries_exports.interactions_history GROUP BY job_name ORDER BY job_name'),
    ];
  } finally {
    engine.close();
  }
}
