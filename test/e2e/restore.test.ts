import * as path from 'path';
import { Duration, Stack, aws_iam as iam, aws_personalize as personalize, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { parse } from 'csv-parse/sync';
import { assembly, removeAssemblies } from './assembly';
import { startLocalAws } from './local-aws';
import { Dataset, DatasetExportSchedule, DatasetExportWorkflow, IngestionMode } from '../../src';
import { SPEED, runs } from '../../tools/demo/nightly-backup';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import { exportedRecords, interactions } from '../../tools/local-deployment/records';

const QUICKSTART = { cwd: path.join(__dirname, '..', '..', 'examples', 'quickstart') };
const FIELDS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'].map(name => ({ name, type: 'string' }));

/** A workflow, and a dataset that is restored from one of its exports, as in docs/restore.md. */
function withBackup(stack: Stack, datasetArn: string, backup?: string): void {
  const workflow = new DatasetExportWorkflow(stack, 'Backup', { datasets: [Dataset.fromDatasetArn(stack, 'Dataset', datasetArn)], ingestionMode: IngestionMode.ALL });
  new DatasetExportSchedule(stack, 'Often', { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.minutes(15)) });
  const role = new iam.Role(stack, 'ImportRole', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') });
  const access = workflow.grants.import(role);
  if (backup === undefined) { return; }
  const schema = new personalize.CfnSchema(stack, 'Schema', { name: 'restored', schema: JSON.stringify({ type: 'record', name: 'Interactions', fields: FIELDS }) });
  const group = new personalize.CfnDatasetGroup(stack, 'Restored', { name: 'restored' });
  const restored = new personalize.CfnDataset(stack, 'RestoredInteractions', {
    name: 'interactions',
    datasetType: 'Interactions',
    datasetGroupArn: group.attrDatasetGroupArn,
    schemaArn: schema.attrSchemaArn,
    datasetImportJob: { jobName: backup.split('/').slice(-2)[0], dataSource: { DataLocation: backup }, roleArn: role.roleArn },
  });
  restored.node.addDependency(access);
}

test('one of the exports of a workflow is restored', async () => {
  const localAws = await startLocalAws(SPEED);
  try {
    const { client, ready } = localAws;
    const cli = new CdkCli(ready);
    const records = interactions(100);
    const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
    await client.configurePersonalize({ outputSubfolder: '', quotesHeader: false, quoteEscape: '\\' });
    const deploy = (backup?: string) => cli.deploy(['--app', assembly('Backups', stack => withBackup(stack, datasetArn, backup))]);
    expect(await deploy()).toMatchObject({ exitCode: 0 });

    const [{ outputUri }] = (await runs(client, 1)).map(({ output }) => JSON.parse(output!).datasets[0]);
    expect(await deploy(outputUri)).toMatchObject({ exitCode: 0 });
    expect((await client.importJobs()).map(({ status, request }) => [status, request.dataSource])).toEqual([['ACTIVE', { dataLocation: outputUri }]]);

    const { outputs } = await cli.deploy(['-c', 'datasetGroup=restored', '-c', 'ingestionMode=BULK'], QUICKSTART);
    const all = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }) as string[][]);
    expect((await exportedRecords(client, outputs.Quickstart.OutputUri)).rows.sort()).toEqual(all.map(row => row.join()).sort());
  } finally {
    removeAssemblies();
    await localAws.stop();
  }
});
