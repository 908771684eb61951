import { Stack, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { LocalWorkflow } from './local-workflow';
import { DatasetExportFragment, DatasetExportFragmentProps, IngestionMode } from '../../../../src';

let aws: LocalWorkflow;

beforeEach(async () => {
  aws = await LocalWorkflow.start();
});
afterEach(() => aws.stop());

/** Dataset and folder come with the input; what follows uses the result. */
const machine = (runId?: string) => (stack: Stack) => {
  const fragment = new DatasetExportFragment(stack, 'Export', {
    datasetArn: sfn.JsonPath.stringAt('$.datasetArn'),
    prefix: sfn.JsonPath.stringAt('$.folder'),
    ingestionMode: IngestionMode.ALL,
    tags: { team: 'ml' },
    runId,
  });
  const exported = sfn.Condition.stringEquals('$.datasetExport.status', 'ACTIVE');
  const afterwards = new sfn.Choice(stack, 'Exported?')
    .when(exported, new sfn.Pass(stack, 'Use export', { parameters: { ticket: sfn.JsonPath.stringAt('$.ticket'), uri: sfn.JsonPath.stringAt('$.datasetExport.outputUri') } }))
    .otherwise(new sfn.Fail(stack, 'Give up', { error: 'NotExported', causePath: '$.datasetExport.failureReason' }));
  new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment.next(afterwards)) });
};

test('exports the dataset of the input to the folder of the input, and keeps the rest of the input', async () => {
  const [datasetArn] = await aws.seed(1);
  const execution = await aws.run(await aws.deploy(machine()), { datasetArn, folder: 'tickets/7/', ticket: 7 });
  expect(execution).toMatchObject({ status: 'SUCCEEDED' });
  const { ticket, uri } = JSON.parse(execution.output!);
  expect(ticket).toBe(7);
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(tickets\/7\/dataset_group=shop0\/dataset=INTERACTIONS\/date=\d{4}-\d\d-\d\d\/Backups_Export[0-9A-F]{8}_[0-9a-f]{32}\/)$/.exec(uri)!;
  expect((await aws.client.objects(bucket)).every(({ key }) => key.startsWith(prefix))).toBe(true);
  const request = {
    datasetArn, ingestionMode: 'ALL', tags: [{ tagKey: 'team', tagValue: 'ml' }], jobOutput: { s3DataDestination: { kmsKeyArn: expect.stringContaining(':key/') } },
  };
  expect(await aws.client.jobs()).toMatchObject([{ request, status: 'ACTIVE' }]);
  const refused = (await aws.client.decisions()).filter(({ principal, allowed }) => principal.roleArn?.includes('MineRole') && !allowed);
  expect(refused).toEqual([]);
});

test('tells the state machine why there is no export', async () => {
  const [datasetArn] = await aws.seed(1);
  await aws.client.configurePersonalize({ failNextJobsWith: 'Insufficient privileges for accessing data in Amazon S3.' });
  expect(await aws.run(await aws.deploy(machine()), { datasetArn, folder: '', ticket: 7 })).toMatchObject({
    status: 'FAILED', error: 'NotExported', cause: 'Insufficient privileges for accessing data in Amazon S3.',
  });
});

describe('what an export has written', () => {
  const UNKNOWN = { status: 'ACTIVE', objectCount: 'unknown', objectBytes: 'unknown' };
  /** Exports to a bucket that already has as many objects in the job's folder, besides the one that the job writes. */
  const exporting = async (before: number, props: Partial<DatasetExportFragmentProps> = {}, csv = 'USER_ID\nu1\n') => {
    const datasetArn = await aws.client.seedDataset({ group: 'shop', type: 'USERS', csv });
    await aws.client.configurePersonalize({ fileWithoutRecords: false });
    const resources = await aws.deploy(stack => {
      const fragment = new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode: IngestionMode.ALL, runId: 'always the same', ...props });
      new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
    });
    const run = async () => JSON.parse((await aws.run(resources)).output!).datasetExport;
    const { outputUri } = await run();
    const [, bucket, folder] = /^s3:\/\/([^/]+)\/(.*)$/.exec(outputUri)!;
    for (let index = 0; index < before; index++) { aws.put(bucket, `${folder}other-${index}`, index); }
    return { run, outputUri, bucket, folder };
  };

  test('is counted, on several pages and below the folder, but no marker of a folder', async () => {
    const { run, outputUri, bucket, folder } = await exporting(250);
    for (const [name, size] of [['', 0], ['sub/', 0], ['sub/part', 1000], ['empty', 0]] as const) { aws.put(bucket, `${folder}${name}`, size); }
    aws.put(bucket, `${folder.slice(0, -1)}-of-another/part`, 10);
    const sizes = (await aws.client.objects(bucket)).filter(({ key }) => key.startsWith(folder)).map(({ size }) => size);
    expect(await run()).toMatchObject({ status: 'ACTIVE', outputUri, objectCount: 253, objectBytes: sizes.reduce((sum, size) => sum + size) });
  });

  test('is unknown if there are more than 400 objects', async () => {
    const { run } = await exporting(400, { failOnEmptyExport: true });
    expect(await run()).toMatchObject(UNKNOWN);
  });

  test.each([false, true])('may be nothing; failOnEmptyExport: %s', async failOnEmptyExport => {
    const { run } = await exporting(0, { failOnEmptyExport }, 'USER_ID\n');
    const result = failOnEmptyExport ? { status: 'ERROR', failureReason: expect.stringContaining('no objects') } : { status: 'ACTIVE' };
    expect(await run()).toMatchObject({ ...result, objectCount: 0, objectBytes: 0 });
  });

  test.each([0, 1])('is unknown if a listing is refused after %i others', async after => {
    const { run } = await exporting(300, { failOnEmptyExport: true });
    await aws.client.addFaults({ service: 's3', operation: 'ListObjectsV2', after, times: 99, error: { code: 'AccessDenied', status: 403 } });
    expect(await run()).toMatchObject(UNKNOWN);
  });
});

test('makes a job for each run id', async () => {
  const [datasetArn] = await aws.seed(1);
  const resources = await aws.deploy(machine(sfn.JsonPath.stringAt('$.round')));
  for (const round of ['one', 'two', 'one']) { await aws.run(resources, { datasetArn, folder: '', ticket: 7, round }); }
  expect(await aws.client.jobs()).toHaveLength(2);
});

test.each([true, false])('reports where an earlier execution of the same run id has exported to, on another day; with a slash at its end: %s', async echoesTrailingSlash => {
  const [datasetArn] = await aws.seed(1);
  await aws.client.configurePersonalize({ echoesTrailingSlash });
  const resources = await aws.deploy(machine(sfn.JsonPath.stringAt('$.round')));
  const uriOf = async () => JSON.parse((await aws.run(resources, { datasetArn, folder: '', ticket: 7, round: 'one' })).output!).uri;
  const first = await uriOf();
  await aws.client.sleep(86_400);
  expect(await uriOf()).toBe(first);
  expect(await aws.client.jobs()).toMatchObject([{ request: { jobOutput: { s3DataDestination: { path: first } } } }]);
});

test.each(['nonsense', 'arn:aws:personalize:eu-west-1:111122223333:dataset/shop0'])('an input that is no ARN of a dataset is refused, and the state machine told: %s', async datasetArn => {
  expect(await aws.run(await aws.deploy(machine()), { datasetArn, folder: '', ticket: 7 })).toMatchObject({ status: 'FAILED', error: 'NotExported' });
});

test.each([true, false])('a job that fails without a reason has one for the state machine; without the field: %s', async omitsDefaults => {
  const [datasetArn] = await aws.seed(1);
  await aws.client.configurePersonalize({ failNextJobsWith: '', omitsDefaults });
  expect(await aws.run(await aws.deploy(machine()), { datasetArn, folder: '', ticket: 7 })).toMatchObject({
    status: 'FAILED', error: 'NotExported', cause: expect.stringMatching(/\w/),
  });
});

describe('Personalize may leave out', () => {
  test.each(['creationDateTime', 'lastUpdatedDateTime', 'status', 'datasetExportJob'])('%s of a job that is not done: it is waited for', async member => {
    const [datasetArn] = await aws.seed(1);
    await aws.client.configurePersonalize({ omits: { 'CREATE IN_PROGRESS': [member] }, secondsInProgress: 600 });
    expect(await aws.run(await aws.deploy(machine()), { datasetArn, folder: '', ticket: 7 })).toMatchObject({ status: 'SUCCEEDED' });
    expect((await aws.client.calls({ operation: 'DescribeDatasetExportJob' })).length).toBeGreaterThan(1);
  });

  test.each(['ACTIVE', 'CREATE FAILED'])('times and output of a job that is %s: the result has the URI, and no times', async status => {
    const [datasetArn] = await aws.seed(1);
    const failNextJobsWith = status === 'ACTIVE' ? null : 'no luck';
    await aws.client.configurePersonalize({ omits: { [status]: ['creationDateTime', 'lastUpdatedDateTime', 'jobOutput'] }, failNextJobsWith });
    const resources = await aws.deploy(stack => {
      const fragment = new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode: IngestionMode.ALL });
      new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
    });
    const { datasetExport } = JSON.parse((await aws.run(resources)).output!);
    expect(datasetExport).toMatchObject({ status, outputUri: expect.stringMatching(/^s3:/) });
    for (const time of ['creationDateTime', 'lastUpdatedDateTime']) { expect(datasetExport).not.toHaveProperty(time); }
  });
});

test('without permission to export the dataset, says so', async () => {
  const [datasetArn] = await aws.seed(1);
  const resources = await aws.deploy(stack => {
    const fragment = new DatasetExportFragment(stack, 'Export', {
      datasetArn: sfn.JsonPath.stringAt('$.datasetArn'), datasetArnPatterns: [datasetArn.replace('shop0', 'other')], ingestionMode: IngestionMode.ALL,
    });
    new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
  });
  const { datasetExport } = JSON.parse((await aws.run(resources, { datasetArn })).output!);
  expect(datasetExport).toMatchObject({
    status: 'ERROR', failureReason: expect.stringMatching(/^Personalize\.PersonalizeException: .*is not authorized to perform: personalize:CreateDatasetExportJob/),
  });
});
