import * as path from 'path';
import { CfnOutput, RemovalPolicy, Stack, aws_iam as iam, aws_personalize as personalize } from 'aws-cdk-lib';
import { parse } from 'csv-parse/sync';
import { assembly, removeAssemblies } from './assembly';
import { startLocalAws } from './local-aws';
import { DatasetExportJob, ExportDestination, ExportTrigger, IngestionMode } from '../../src';
import { SPEED, runs } from '../../tools/demo/nightly-backup';
import { CdkCli } from '../../tools/local-deployment/cdk-cli';
import { exportedRecords, interactions } from '../../tools/local-deployment/records';

const EXAMPLE = { cwd: path.join(__dirname, '..', '..', 'examples', 'restore-backup') };
const QUICKSTART = { cwd: path.join(__dirname, '..', '..', 'examples', 'quickstart') };
const FIELDS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'].map(name => ({ name, type: 'string' }));

test('one of the exports of a workflow is restored, as examples/restore-backup does it', async () => {
  const localAws = await startLocalAws(SPEED);
  try {
    const { client, ready } = localAws;
    const cli = new CdkCli(ready);
    const records = interactions(1000);
    await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: records.bulk, putCsv: records.put });
    await client.configurePersonalize({ outputSubfolder: '', quotesHeader: false, quoteEscape: '\\' });
    expect(await cli.deploy(['Backup'], EXAMPLE)).toMatchObject({ exitCode: 0 });

    await client.changeSpeed(50_000); // until the next day
    const [{ outputUri }] = (await runs(client, 1)).map(({ output }) => JSON.parse(output!).datasets[0]);
    await client.changeSpeed(SPEED);
    expect(await cli.deploy(['Restored', '-c', `backup=${outputUri}`], EXAMPLE)).toMatchObject({ exitCode: 0 });
    expect((await client.importJobs()).map(({ status, request }) => [status, request.dataSource])).toEqual([['ACTIVE', { dataLocation: outputUri }]]);
    expect(await cli.deploy(['--all'], EXAMPLE)).toMatchObject({ exitCode: 0 });

    const { outputs } = await cli.deploy(['-c', 'datasetGroup=movies-restored', '-c', 'ingestionMode=BULK'], QUICKSTART);
    const all = [records.bulk, records.put].flatMap(csv => parse(csv, { fromLine: 2 }) as string[][]);
    expect((await exportedRecords(client, outputs.Quickstart.OutputUri)).rows.sort()).toEqual(all.map(row => row.join()).sort());
  } finally {
    await localAws.stop();
  }
});

/** A dataset in a group of its own. The columns are the same in both versions, as its export must fit: only in the second, an event needs no type. */
function interactionsIn(
  stack: Stack, id: string, group: string, version: 1 | 2, datasetImportJob?: personalize.CfnDataset.DatasetImportJobProperty,
  removalPolicy = datasetImportJob ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
): personalize.CfnDataset {
  const fields = FIELDS.map(({ name, type }) => ({ name, type: version === 2 && name === 'EVENT_TYPE' ? ['null', type] : type }));
  const schema = new personalize.CfnSchema(stack, `${id}Schema`, {
    name: `${group}-v${version}`, schema: JSON.stringify({ type: 'record', name: 'Interactions', fields }),
  });
  const datasetGroup = new personalize.CfnDatasetGroup(stack, `${id}Group`, { name: group });
  const dataset = new personalize.CfnDataset(stack, id, {
    name: `interactions-v${version}`,
    datasetType: 'Interactions',
    datasetGroupArn: datasetGroup.attrDatasetGroupArn,
    schemaArn: schema.attrSchemaArn,
    datasetImportJob,
  });
  for (const resource of [schema, datasetGroup, dataset]) { resource.applyRemovalPolicy(removalPolicy); }
  return dataset;
}

function exportOf(id: string, dataset: personalize.CfnDataset, trigger?: string): DatasetExportJob {
  const { stack } = dataset;
  const destination = stack.node.tryFindChild('Exports') as ExportDestination | undefined ?? new ExportDestination(stack, 'Exports');
  const job = new DatasetExportJob(stack, id, {
    dataset, destination, ingestionMode: IngestionMode.ALL, trigger: trigger === undefined ? undefined : ExportTrigger.token(trigger),
  });
  new CfnOutput(stack, `${id}Uri`, { value: job.outputUri });
  return job;
}

test('a new dataset with a changed schema imports the export and is retained; one that changes in place is deleted first, and imports its records again: as in docs/restore.md', async () => {
  const localAws = await startLocalAws(SPEED);
  try {
    const { client, ready } = localAws;
    const cli = new CdkCli(ready);
    await client.configurePersonalize({ outputSubfolder: '', quotesHeader: false, quoteEscape: '\\' });
    const deploy = (define: (stack: Stack, role: iam.Role) => void) => cli.deploy(['--app', assembly('Films', stack => {
      define(stack, new iam.Role(stack, 'ImportRole', { assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com') }));
    })]);
    const records = async (uri: string) => (await exportedRecords(client, uri)).rows.sort();

    const before = await deploy((stack, role) => { exportOf('Old', interactionsIn(stack, 'Interactions', 'films', 1)).grants.import(role); });
    expect(before).toMatchObject({ exitCode: 0 });
    const { OldUri: backup } = before.outputs.Films;
    const all = await records(backup);
    expect(all.length).toBeGreaterThan(0);

    const restored = (stack: Stack, role: iam.IRole) => interactionsIn(stack, 'NewInteractions', 'films-v2', 2, {
      jobName: backup.split('/').slice(-2)[0], dataSource: { DataLocation: backup }, roleArn: role.roleArn,
    });
    const beside = await deploy((stack, role) => {
      const access = exportOf('Old', interactionsIn(stack, 'Interactions', 'films', 1), 'its records are still there').grants.import(role);
      const dataset = restored(stack, role);
      dataset.node.addDependency(access);
      exportOf('New', dataset);
    });
    expect(beside).toMatchObject({ exitCode: 0 });
    const { OldUri, NewUri } = beside.outputs.Films;
    expect([await records(backup), await records(OldUri), await records(NewUri)]).toEqual([all, all, all]);
    expect(OldUri).not.toBe(backup);

    const inPlace = await deploy((stack, role) => {
      const again = { jobName: 'again', dataSource: { DataLocation: backup }, roleArn: role.roleArn };
      const dataset = interactionsIn(stack, 'Interactions', 'films', 2, again, RemovalPolicy.DESTROY);
      dataset.node.addDependency(exportOf('Old', dataset, 'another schema').grants.import(role));
      exportOf('New', restored(stack, role));
    });
    expect(inPlace).toMatchObject({ exitCode: 0, output: expect.stringMatching(/DELETE_COMPLETE *\| AWS::Personalize::Dataset /) });
    expect(await records(inPlace.outputs.Films.OldUri)).toEqual(all);

    const lastOf = (stack: Stack) => { restored(stack, iam.Role.fromRoleName(stack, 'ImportRole', 'any')); };
    expect(await cli.destroy(['--app', assembly('Films', lastOf)])).toMatchObject({ exitCode: 0 });
    const { outputs } = await cli.deploy(['-c', 'datasetGroup=films-v2', '-c', 'ingestionMode=BULK'], QUICKSTART);
    expect(await records(outputs.Quickstart.OutputUri)).toEqual(all);
  } finally {
    removeAssemblies();
    await localAws.stop();
  }
});
