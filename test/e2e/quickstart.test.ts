import * as path from 'path';
import { parse } from 'csv-parse/sync';
import { startLocalAws } from './local-aws';
import type { LocalAwsClient } from '../../local-aws/client';
import { CdkCli, type CliResult } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { exportedRecords, interactions } from '../../tools/local-deployment/records';

const QUICKSTART = { cwd: path.join(__dirname, '..', '..', 'examples', 'quickstart') };
const FAILURE = 'Input CSV is missing the following columns:[A, B].';

// The life of one stack: each test continues where the one before it ended.
describe('the quickstart example', () => {
  let localAws: LocalAwsProcess;
  let client: LocalAwsClient;
  let cli: CdkCli;
  let first: CliResult;
  const records = interactions(700);

  beforeAll(async () => {
    localAws = await startLocalAws(300);
    client = localAws.client;
    cli = new CdkCli(localAws.ready);
    await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
  });
  afterAll(() => localAws.stop());

  test('deploys, and the data is in the bucket, encrypted with the key of the stack', async () => {
    first = await cli.deploy([], QUICKSTART);
    expect(first).toMatchObject({ exitCode: 0 });

    const { OutputUri, DatasetExportJobArn } = first.outputs.Quickstart;
    const [job] = await client.jobs();
    expect(job).toMatchObject({
      datasetExportJobArn: DatasetExportJobArn, status: 'ACTIVE', request: { ingestionMode: 'ALL', jobOutput: { s3DataDestination: { path: OutputUri } } },
    });
    const exported = await exportedRecords(client, OutputUri);
    expect(exported.keys.length).toBeGreaterThan(0);
    expect(exported.header).toEqual(records.columns);
    const all = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }) as string[][]);
    expect(new Set(exported.rows)).toEqual(new Set(all.map(row => row.join())));
    expect(exported.kmsKeyArns).toEqual([expect.stringMatching(/^arn:aws:kms:eu-west-1:111122223333:key\//)]);
  });

  test('creates no job when it is deployed again without a change', async () => {
    const { exitCode } = await cli.deploy([], QUICKSTART);
    expect(exitCode).toBe(0);
    expect(await client.jobs()).toHaveLength(1);
  });

  test('fails with Personalize\'s reason when a changed export fails, and is rolled back without another job', async () => {
    await client.configurePersonalize({ failNextJobsWith: FAILURE });
    const { exitCode, output } = await cli.deploy(['-c', 'ingestionMode=PUT'], QUICKSTART);
    await client.configurePersonalize({ failNextJobsWith: null });

    expect(exitCode).not.toBe(0);
    expect(output).toContain(FAILURE);
    expect(output).toContain('UPDATE_ROLLBACK_COMPLET'); // the CLI truncates it
    const jobs = await client.jobs();
    expect(jobs.map(({ status }) => status)).toEqual(['ACTIVE', 'CREATE FAILED']);
    expect(output).toContain(jobs[1].datasetExportJobArn);
  });

  test('creates another job when it is deployed with another ingestion mode, and keeps the data of the first', async () => {
    const before = await exportedRecords(client, first.outputs.Quickstart.OutputUri);
    const { exitCode, outputs } = await cli.deploy(['-c', 'ingestionMode=PUT'], QUICKSTART);
    expect(exitCode).toBe(0);
    expect(outputs.Quickstart.OutputUri).not.toBe(first.outputs.Quickstart.OutputUri);
    const exported = await exportedRecords(client, outputs.Quickstart.OutputUri);
    expect(exported.rows).toHaveLength(parse(records.put, { fromLine: 2 }).length);
    expect(await exportedRecords(client, first.outputs.Quickstart.OutputUri)).toEqual(before);
    expect(await client.jobs()).toHaveLength(3);
  });

  test('keeps all exported data after cdk destroy', async () => {
    const before = await exportedRecords(client, first.outputs.Quickstart.OutputUri);
    const { exitCode } = await cli.destroy([], QUICKSTART);
    expect(exitCode).toBe(0);
    expect(before.rows.length).toBeGreaterThan(0);
    expect(await exportedRecords(client, first.outputs.Quickstart.OutputUri)).toEqual(before);
    expect(await client.jobs()).toHaveLength(3);
  });
});
