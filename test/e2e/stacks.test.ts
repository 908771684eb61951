import { Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { assembly, removeAssemblies } from './assembly';
import { CdkCli } from './cdk-cli';
import { exportedRecords, interactions } from './exports';
import { LocalAwsProcess } from './local-aws-process';
import { Dataset, DatasetExportJob, ExportDestination, IngestionMode } from '../../src';
import type { LocalAwsClient } from '../local-aws/client';

jest.setTimeout(240_000);

describe('a stack', () => {
  let localAws: LocalAwsProcess;
  let client: LocalAwsClient;
  let cli: CdkCli;

  beforeAll(async () => {
    localAws = await LocalAwsProcess.start({ speed: 30 });
    client = localAws.client;
    cli = new CdkCli(localAws.ready);
    await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: interactions(50).bulk });
  });
  afterAll(async () => {
    removeAssemblies();
    await localAws.stop();
  });

  const movies = (stack: Stack) => Dataset.fromDatasetArn(stack, 'Movies', stack.formatArn({
    service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
  }));
  const deploy = (outdir: string) => cli.deploy(['--app', outdir]);

  test('whose role lacks s3:PutObject fails with the message of the service', async () => {
    const app = assembly('WithoutPutObject', (stack) => {
      new DatasetExportJob(stack, 'Export', { dataset: movies(stack), ingestionMode: IngestionMode.ALL });
    }, (template) => {
      const [policy] = Object.entries<any>(template.Resources).filter(([id]) => /DestinationRoleDefaultPolicy/.test(id)).map(([, resource]) => resource);
      const statements: any[] = policy.Properties.PolicyDocument.Statement;
      const kept = statements.filter(({ Action }) => Action !== 's3:PutObject');
      expect(kept).toHaveLength(statements.length - 1);
      policy.Properties.PolicyDocument.Statement = kept;
    });
    const { exitCode, output } = await deploy(app);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('Dataset export job failed (CREATE FAILED): Insufficient privileges for accessing data in Amazon S3.');
    expect(output).toContain('ROLLBACK_COMPLETE');
  });

  test('with a dataset of its own and two jobs runs both with one provider, each below a prefix of its own', async () => {
    const app = assembly('TwoJobs', (stack) => {
      const schema = new personalize.CfnSchema(stack, 'Schema', {
        name: 'items', schema: JSON.stringify({ type: 'record', name: 'Items', fields: [{ name: 'ITEM_ID', type: 'string' }, { name: 'GENRES', type: 'string' }] }),
      });
      const group = new personalize.CfnDatasetGroup(stack, 'Group', { name: 'shop' });
      const items = new personalize.CfnDataset(stack, 'Items', {
        name: 'items', datasetType: 'Items', datasetGroupArn: group.attrDatasetGroupArn, schemaArn: schema.attrSchemaArn,
      });
      const destination = new ExportDestination(stack, 'Exports', { prefix: 'personalize/' });
      const jobs = [
        new DatasetExportJob(stack, 'ItemsExport', { dataset: items, destination, ingestionMode: IngestionMode.BULK, tags: { team: 'ml' } }),
        new DatasetExportJob(stack, 'InteractionsExport', { dataset: movies(stack), destination, ingestionMode: IngestionMode.ALL, jobName: 'my-export' }),
      ];
      jobs.forEach((job, index) => stack.exportValue(job.outputUri, { name: `OutputUri${index}` }));
    });
    const before = (await client.jobs()).length;
    const { exitCode, outputs } = await deploy(app);
    expect(exitCode).toBe(0);

    const uris = Object.values(outputs.TwoJobs).sort();
    expect(uris).toEqual([expect.stringMatching(/\/personalize\/TwoJobs_ItemsExport[0-9A-F]{8}_[0-9a-f]{16}\/$/), expect.stringMatching(/\/personalize\/my-export\/$/)]);
    const [items, interacted] = await Promise.all(uris.map(uri => exportedRecords(client, uri)));
    expect(items.header).toEqual(['ITEM_ID', 'GENRES']);
    expect(items.rows.length).toBeGreaterThan(0);
    expect(interacted.rows).toHaveLength(40);

    const jobs = (await client.jobs()).slice(before);
    expect(jobs.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(jobs.map(({ request }) => request.tags).filter(Boolean)).toEqual([[{ tagKey: 'team', tagValue: 'ml' }]]);
    expect(new Set(jobs.map(({ caller }) => /HandlerRole/.test(caller)))).toEqual(new Set([true]));
  });
});
