import { CfnOutput, Duration, RemovalPolicy, Stack, aws_events as events, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { validateTemplates } from './assembly';
import { exportIn, Fixture, RECORDS, unwrapped } from './fixture';
import { DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, ExportTrigger, IngestionMode } from '../../src';
import { exportedRecords } from '../../tools/local-deployment/records';

validateTemplates();

describe('a stack', () => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(300); });
  afterAll(() => fixture.stop());

  test('whose role lacks s3:PutObject fails with the message of Personalize', async () => {
    const { exitCode, output } = await fixture.deployEdited('WithoutPutObject', exportIn, template => {
      const [policy] = Object.entries<any>(template.Resources).filter(([id]) => /DestinationRoleDefaultPolicy/.test(id)).map(([, resource]) => resource);
      const statements: any[] = policy.Properties.PolicyDocument.Statement;
      const kept = statements.filter(({ Action }) => Action !== 's3:PutObject');
      expect(kept).toHaveLength(statements.length - 1);
      policy.Properties.PolicyDocument.Statement = kept;
    });
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain('Insufficient privileges for accessing data in Amazon S3.');
    expect(output).toContain('ROLLBACK_COMPLETE');
  });

  test('with its own dataset and two jobs runs both with one provider, each below its own prefix', async () => {
    const before = (await fixture.client.jobs()).length;
    const { exitCode, outputs } = await fixture.deploy('TwoJobs', stack => {
      const schema = new personalize.CfnSchema(stack, 'Schema', {
        name: 'items', schema: JSON.stringify({ type: 'record', name: 'Items', fields: [{ name: 'ITEM_ID', type: 'string' }, { name: 'GENRES', type: 'string' }] }),
      });
      const group = new personalize.CfnDatasetGroup(stack, 'Group', { name: 'shop' });
      const items = new personalize.CfnDataset(stack, 'Items', {
        name: 'items', datasetType: 'Items', datasetGroupArn: group.attrDatasetGroupArn, schemaArn: schema.attrSchemaArn,
      });
      const destination = new ExportDestination(stack, 'Exports', { prefix: 'personalize/' });
      const job = new DatasetExportJob(stack, 'ItemsExport', { dataset: items, destination, ingestionMode: IngestionMode.BULK, tags: { team: 'ml' } });
      new CfnOutput(stack, 'ItemsExportUri', { value: job.outputUri });
      new CfnOutput(stack, 'ItemsExportSize', { value: `${job.objectCount} ${job.objectBytes}` });
      exportIn(stack, { destination, jobName: 'my-export' }, 'InteractionsExport');
    });
    expect(exitCode).toBe(0);

    const { ItemsExportUri, ItemsExportSize, InteractionsExportUri } = outputs.TwoJobs;
    expect(ItemsExportUri).toMatch(/\/personalize\/dataset_group=shop\/dataset=ITEMS\/date=[\d-]{10}\/TwoJobs_ItemsExport[0-9A-F]{8}_[0-9a-z]{16}\/$/);
    expect(InteractionsExportUri).toMatch(/\/personalize\/dataset_group=movies\/dataset=INTERACTIONS\/date=[\d-]{10}\/my-export\/$/);
    const items = await exportedRecords(fixture.client, ItemsExportUri);
    const interacted = await exportedRecords(fixture.client, InteractionsExportUri);
    expect(items.header).toEqual(['ITEM_ID', 'GENRES']);
    const bodies = (await fixture.client.objects(new URL(ItemsExportUri).host)).filter(({ key }) => items.keys.includes(key));
    expect(ItemsExportSize).toBe(`${items.keys.length} ${bodies.reduce((sum, { size }) => sum + size, 0)}`);
    expect(items.rows.length).toBeGreaterThan(0);
    expect(interacted.rows).toHaveLength(RECORDS);

    const jobs = (await fixture.client.jobs()).slice(before);
    expect(jobs.map(({ status }) => status)).toEqual(['ACTIVE', 'ACTIVE']);
    expect(jobs.map(({ request }) => request.tags).filter(Boolean)).toEqual([[{ tagKey: 'team', tagValue: 'ml' }]]);
    expect(new Set(jobs.map(({ caller }) => /HandlerRole/.test(caller)))).toEqual(new Set([true]));
  });

  test('with an event bus has an event for a job that nobody waits for, and for one that fails an update', async () => {
    const withEvents = (props: Partial<DatasetExportJobProps>) => (stack: Stack) => {
      const eventBus = events.EventBus.fromEventBusName(stack, 'Default', 'default');
      exportIn(stack, { provider: new DatasetExportProvider(stack, 'Provider', { eventBus }), ...props });
    };
    const unwaited = await fixture.deploy('Unwaited', withEvents({ waitForCompletion: false }));
    expect([unwaited.exitCode, unwaited.output]).toEqual([0, expect.any(String)]);
    await fixture.client.sleep(600); // the job is still running
    await fixture.client.configurePersonalize({ failNextJobsWith: 'no luck' });
    expect((await fixture.deploy('Unwaited', withEvents({ trigger: ExportTrigger.token('again') }))).exitCode).not.toBe(0);
    await fixture.reset();
    await fixture.client.sleep(600); // events may be late
    const ofJobs = (await fixture.client.events()).filter(({ detailType }) => detailType === 'Dataset Export Job State Change').map(({ detail }) => detail);
    expect(ofJobs).toContainEqual(expect.objectContaining({
      status: 'ACTIVE', outputUri: unwaited.outputs.Unwaited.ExportUri, stackId: expect.stringContaining(':stack/Unwaited/'),
    }));
    expect(ofJobs).toContainEqual(expect.objectContaining({ status: 'CREATE FAILED', failureReason: 'no luck' }));
  });

  test('exports to a new bucket with a name, a bucket key, access logs and colder storage', async () => {
    const { exitCode, output, outputs } = await fixture.deploy('NewBucket', stack => {
      exportIn(stack, {
        destination: new ExportDestination(stack, 'Exports', {
          bucketName: 'exports-of-movies',
          bucketKeyEnabled: true,
          serverAccessLogsBucket: new s3.Bucket(stack, 'Logs', { objectOwnership: s3.ObjectOwnership.OBJECT_WRITER }),
          serverAccessLogsPrefix: 'exports/',
          transitions: [
            { storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) },
            { storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, transitionAfter: Duration.days(90) },
          ],
          expiration: Duration.days(365),
        }),
        jobName: 'to-new-bucket',
      });
    });
    expect([exitCode, output]).toEqual([0, expect.any(String)]);
    const { ExportUri } = outputs.NewBucket;
    expect(ExportUri).toMatch(/^s3:\/\/exports-of-movies\/.*\/to-new-bucket\/$/);
    expect((await exportedRecords(fixture.client, ExportUri)).rows).toHaveLength(RECORDS);
  });

  test('whose export has no objects says so, or fails and is rolled back', async () => {
    // nothing was put into the dataset individually
    await fixture.client.configurePersonalize({ fileWithoutRecords: false });
    const exporting = (props: Partial<DatasetExportJobProps>) => (stack: Stack) => {
      const job = exportIn(stack, { ingestionMode: IngestionMode.PUT, ...props });
      new CfnOutput(stack, 'Objects', { value: job.objectCount });
    };
    const first = await fixture.deploy('Empty', exporting({}));
    expect([first.exitCode, first.outputs.Empty?.Objects]).toEqual([0, '0']);
    const { exitCode, output } = await fixture.deploy('Empty', exporting({ failOnEmptyExport: true, trigger: ExportTrigger.token('again') }));
    expect([exitCode === 0, unwrapped(output)]).toEqual([false, expect.stringContaining('Dataset export job is ACTIVE, but has written no objects')]);
    expect(await fixture.client.stack('Empty')).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE', outputs: { Objects: '0' } });
    await fixture.reset();
  });

  test('for development leaves no bucket behind, whatever is in it', async () => {
    const forDevelopment = (props: Partial<DatasetExportJobProps>) => (stack: Stack) => {
      exportIn(stack, {
        destination: new ExportDestination(stack, 'Exports', {
          bucketName: 'exports-for-development', removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true,
        }),
        ...props,
      });
    };
    const first = await fixture.deploy('Development', forDevelopment({}));
    expect([first.exitCode, first.output]).toEqual([0, expect.any(String)]);
    const { exitCode, outputs } = await fixture.deploy('Development', forDevelopment({ trigger: ExportTrigger.token('again') }));
    expect(exitCode).toBe(0);
    for (const { outputs: { Development: { ExportUri } } } of [first, { outputs }]) {
      expect((await exportedRecords(fixture.client, ExportUri)).rows).toHaveLength(RECORDS);
    }
    const { exitCode: destroyed, output } = await fixture.destroy('Development', forDevelopment({}));
    expect([destroyed, output]).toEqual([0, expect.any(String)]);
    await expect(fixture.client.objects('exports-for-development')).rejects.toThrow('NoSuchBucket');
  });
});
