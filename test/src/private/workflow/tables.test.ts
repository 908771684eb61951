import { Stack } from 'aws-cdk-lib';
import { LocalWorkflow } from './local-workflow';
import type { PersonalizeSettings } from '../../../../local-aws/wire';
import { Dataset, DatasetExportTable, DatasetExportWorkflow, DatasetExportWorkflowProps, DatasetFieldType, DatasetSchema, IngestionMode } from '../../../../src';

const SCHEMA = DatasetSchema.fromColumns(['USER_ID', 'ITEM_ID'].map(name => ({ name, type: DatasetFieldType.STRING })));

let aws: LocalWorkflow;
beforeEach(async () => { aws = await LocalWorkflow.start(); });
afterEach(() => aws.stop());

type Props = Partial<DatasetExportWorkflowProps>;

const withTables = (arns: string[], tableArns: string[], props: Props = {}, verifyHeader?: boolean) => (stack: Stack) => {
  const datasets = arns.map((arn, index) => Dataset.fromDatasetArn(stack, `Dataset${index}`, arn));
  const backup = new DatasetExportWorkflow(stack, 'Nightly', { ingestionMode: IngestionMode.ALL, datasets, ...props });
  for (const [index, arn] of tableArns.entries()) {
    new DatasetExportTable(stack, `T${index}`, { workflow: backup, dataset: datasets[arns.indexOf(arn)], schema: SCHEMA, verifyHeader });
  }
};

const tables = async () => (await aws.client.tables()).filter(({ input }) => input.TableType === 'EXTERNAL_TABLE');
const partitions = async () => Object.fromEntries((await tables()).map(({ name, partitions: all }) => [name.replace('_csv', ''), all]));
const events = async () => (await aws.client.events()).filter(({ detailType }) => detailType === 'Dataset Export Job State Change').map(({ detail }) => detail);

describe.each([false, true])('distributed: %s', distributed => {
  test('each export is a partition of the table of its dataset, and of no other', async () => {
    const arns = await aws.seed(3);
    const resources = await aws.deploy(withTables(arns, [arns[2], arns[0]], { distributed }));
    for (let run = 0; run < 2; run++) { expect(await aws.run(resources)).toMatchObject({ status: 'SUCCEEDED' }); }
    const jobs = await aws.client.jobs();
    const { t0, t1 } = await partitions();
    for (const [table, datasetArn] of [[t0, arns[2]], [t1, arns[0]]] as const) {
      const own = jobs.filter(({ request }) => request.datasetArn === datasetArn);
      expect(table.map(({ values: [, , jobName] }) => jobName)).toEqual(own.map(({ request }) => request.jobName));
      for (const { values: [date, exportedAt], location } of table) {
        expect(exportedAt.slice(0, 10)).toBe(date);
        expect(own.map(({ request }) => (request.jobOutput as any).s3DataDestination.path)).toContain(location);
      }
    }
    expect((await aws.client.decisions()).filter(({ principal, allowed }) => principal.roleArn?.includes('StateMachine') && !allowed)).toEqual([]);
    expect((await events()).map(({ status }) => status)).toEqual(Array(6).fill('ACTIVE'));
  });

  test('an export that cannot be registered is told with what to do; a redrive registers it, and exports nothing again', async () => {
    const arns = await aws.seed(2);
    const resources = await aws.deploy(withTables(arns, arns, { distributed }));
    await aws.client.addFaults({ operation: 'CreatePartition', error: { code: 'EntityNotFoundException', message: 'Table not found.' } });
    const execution = await aws.run(resources);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed' });
    const [failed] = (await events()).filter(({ status }) => status === 'ERROR');
    const [date, exportedAt] = [/\d{4}-\d\d-\d\d/, /\d{4}-\d\d-\d\dT[\d:.]+Z/].map(({ source }) => source);
    expect(failed.failureReason).toMatch(new RegExp(
      `ALTER TABLE \`backups_exports\`\\.\`t[01]_csv\` ADD IF NOT EXISTS PARTITION \\(\`date\` = '${date}', \`exported_at\` = '${exportedAt}', \`job_name\` = '${failed.jobName}', \`field_count\` = '2'\\) `
      + `LOCATION '${failed.outputUri}'. Glue.EntityNotFoundException: Table not found`,
    ));
    expect(Object.values(await partitions()).flat()).toHaveLength(1);

    expect(await aws.redrive(execution)).toMatchObject({ status: 'SUCCEEDED' });
    expect(Object.values(await partitions()).map(all => all.length)).toEqual([1, 1]);
    expect(await aws.client.jobs()).toHaveLength(2);
    expect((await events()).filter(({ status }) => status === 'ACTIVE').map(({ datasetArn }) => datasetArn).sort()).toEqual(arns.sort());
  });
});

test('a partition is not there before the job is done, nor for a job that fails', async () => {
  const arns = await aws.seed(2);
  await aws.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'No.' } });
  await aws.run(await aws.deploy(withTables(arns, arns, { failOnExportFailure: false })));
  const [call, ...others] = await aws.client.calls({ operation: 'CreatePartition' });
  expect(others).toEqual([]);
  const [job] = (await aws.client.jobs()).filter(({ status }) => status === 'ACTIVE');
  expect(Date.parse(call.time)).toBeGreaterThanOrEqual(Date.parse(job.lastUpdatedDateTime));
});

test('without permission for the key of the Data Catalog, there is one attempt', async () => {
  const arns = await aws.seed(1);
  await aws.client.addFaults({ operation: 'CreatePartition', times: 9, error: { code: 'GlueEncryptionException' } });
  expect(await aws.run(await aws.deploy(withTables(arns, arns)))).toMatchObject({ status: 'FAILED' });
  expect(await aws.client.calls({ operation: 'CreatePartition' })).toHaveLength(1);
  const [{ failureReason }] = await events();
  expect(failureReason).toContain('Glue.GlueEncryptionException');
  await aws.client.clearFaults();
});

test('a lost answer and throttling do no harm', async () => {
  const arns = await aws.seed(1);
  await aws.client.addFaults(
    { operation: 'CreatePartition', error: { code: 'ThrottlingException' } }, { operation: 'CreatePartition', drop: true, takesEffect: true },
  );
  expect(await aws.run(await aws.deploy(withTables(arns, arns)))).toMatchObject({ status: 'SUCCEEDED' });
  expect((await partitions()).t0).toHaveLength(1);
  expect((await events()).map(({ status }) => status)).toEqual(['ACTIVE']);
  expect(await aws.client.remainingFaults()).toEqual([]);
});

describe('headers are compared with the schema', () => {
  const HEADER = 'USER_ID,ITEM_ID';
  const statuses = async () => (await events()).map(({ status }) => status);
  const refused = async () => (await aws.client.decisions()).filter(({ principal, allowed }) => principal.roleArn?.includes('StateMachine') && !allowed);

  test.each<[string, Partial<PersonalizeSettings>]>([
    ['as expected', {}],
    ['in quotes, with other line ends, in a sub-folder', { quotesAll: true, quotesHeader: true, lineEnd: '\r\n', outputSubfolder: 'a/b/' }],
    ['in several files', { recordsPerFile: 1 }],
    ['without any file', { fileWithoutRecords: false }],
    ['in a folder that query engines skip', { outputSubfolder: 'a/_tmp/b/', columnOrder: 'opposite' }],
  ])('and registered: %s', async (name, settings) => {
    await aws.client.configurePersonalize(settings);
    const arns = await aws.seed(1);
    const ingestionMode = name === 'without any file' ? IngestionMode.PUT : IngestionMode.ALL;
    expect(await aws.run(await aws.deploy(withTables(arns, arns, { ingestionMode }, true)))).toMatchObject({ status: 'SUCCEEDED' });
    expect((await partitions()).t0).toHaveLength(1);
    expect(await refused()).toEqual([]);
  });

  test('of two files at most', async () => {
    await aws.client.configurePersonalize({ recordsPerFile: 1 });
    const arn = await aws.client.seedDataset({ group: 'shop', type: 'INTERACTIONS', csv: 'USER_ID,ITEM_ID\nu1,i1\nu2,i2\nu3,i3\n' });
    expect(await aws.run(await aws.deploy(withTables([arn], [arn], {}, true)))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await aws.client.calls({ service: 's3', operation: 'GetObject' })).toHaveLength(2);
  });

  test.each<[string, Partial<PersonalizeSettings>]>([
    ['in another order', { columnOrder: 'opposite' }],
    ['missing', { headers: 'none' }],
    ['missing in the second file', { headers: 'first file', recordsPerFile: 1 }],
    ['compressed', { outputGzip: true }],
    ['after a byte order mark', { byteOrderMark: true }],
  ])('and the export fails: %s', async (_, settings) => {
    await aws.client.configurePersonalize(settings);
    const arns = await aws.seed(1);
    expect(await aws.run(await aws.deploy(withTables(arns, arns, {}, true)))).toMatchObject({ status: 'FAILED' });
    expect((await partitions()).t0).toEqual([]);
    const [{ failureReason, outputUri, status }] = await events();
    expect(status).toBe('ERROR');
    expect(failureReason).toContain(HEADER);
    expect(failureReason).toMatch(new RegExp(`deploy, then run ALTER TABLE .* ADD IF NOT EXISTS PARTITION \\(.*\\) LOCATION '${outputUri}'`));
    // a record must not leave the execution
    expect(failureReason).not.toMatch(/\b[ui][12]\b/); // random names may contain them
  });

  test('which cannot be read: the export fails', async () => {
    const arns = await aws.seed(1);
    await aws.client.addFaults({ service: 's3', operation: 'GetObject', times: 9, error: { code: 'AccessDenied', status: 403 } });
    expect(await aws.run(await aws.deploy(withTables(arns, arns, {}, true)))).toMatchObject({ status: 'FAILED' });
    expect([await statuses(), (await partitions()).t0]).toEqual([['ERROR'], []]);
    await aws.client.clearFaults();
  });
});
