import * as path from 'path';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { parse } from 'csv-parse/sync';
import { unwrapped } from './fixture';
import { startLocalAws } from './local-aws';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { exportedObjects, exportedRecords, interactions } from '../../tools/local-deployment/records';

const example = (name: string) => ({ cwd: path.join(__dirname, '..', '..', 'examples', name) });

// Each test continues where the one before it ended.
describe('the examples that import exports', () => {
  let localAws: LocalAwsProcess;
  let cli: CdkCli;
  const records = interactions(1000);
  const all = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }) as string[][]).map(row => row.join()).sort();
  const bulkRecordsOf = async (datasetGroup: string) => {
    const { exitCode, outputs } = await cli.deploy(['-c', `datasetGroup=${datasetGroup}`, '-c', 'ingestionMode=BULK'], example('quickstart'));
    expect(exitCode).toBe(0);
    return (await exportedRecords(localAws.client, outputs.Quickstart.OutputUri)).rows.sort();
  };

  beforeAll(async () => {
    localAws = await startLocalAws(300);
    cli = new CdkCli(localAws.ready);
    await localAws.client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
  });
  afterAll(() => localAws.stop());

  test('copy-dataset fails with Personalize\'s reason if the export cannot be imported, and leaves no dataset', async () => {
    await localAws.client.configurePersonalize({ outputSubfolder: 'sub/' });
    const { exitCode, output } = await cli.deploy([], example('copy-dataset'));
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Invalid Data location.');
    expect((await localAws.client.stack('CopyDataset')).status).toBe('ROLLBACK_COMPLETE');
  });

  test('copy-dataset copies a dataset in one deployment: all of its records are bulk records then', async () => {
    await localAws.client.configurePersonalize({ outputSubfolder: '', quotesHeader: false, quoteEscape: '\\' });
    expect(await cli.deploy([], example('copy-dataset'))).toMatchObject({ exitCode: 0 });

    expect(await bulkRecordsOf('movies-copy')).toEqual(all);
  });

  test('restore-in-another-region restores a folder that was copied to its bucket', async () => {
    const { client, ready: { endpoint, region, env } } = localAws;
    const [{ request }] = (await client.importJobs()).slice(-1);
    const exported = await exportedObjects(client, (request.dataSource as { dataLocation: string }).dataLocation);
    const deploy = (...args: string[]) => cli.deploy(['-c', `region=${region}`, '-c', `otherRegion=${region}`, ...args], example('restore-in-another-region'));
    const copies = await deploy('Copies');
    expect(copies).toMatchObject({ exitCode: 0 });

    // local AWS has no replication. In the same Region, the job's name is taken: that of the import into the copy
    const backup = 'dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/one-night/';
    const credentials = { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY };
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    for (const { key, body } of exported) {
      await s3.send(new PutObjectCommand({ Bucket: copies.outputs.Copies.BucketName, Key: `${backup}${path.posix.basename(key)}`, Body: body }));
    }
    s3.destroy();

    expect(exported.length).toBeGreaterThan(0);
    expect(await deploy('Restored', '-c', `backup=${backup}`)).toMatchObject({ exitCode: 0 });
    expect(await bulkRecordsOf('movies-restored')).toEqual(all);
  });
});
