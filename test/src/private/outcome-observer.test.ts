import { aws_events as events } from 'aws-cdk-lib';
import { LocalWorkflow } from './workflow/local-workflow';
import type { ExecutionRecord, PersonalizeSettings } from '../../../local-aws/wire';
import { ExportDestination } from '../../../src';
import { OutcomeObserver } from '../../../src/private/outcome-observer';
import { ACCOUNT, REGION } from '../../stacks';

let aws: LocalWorkflow;
beforeEach(async () => { aws = await LocalWorkflow.start(); });
afterEach(() => aws.stop());

/** Observes a new job until the execution ends. */
async function observe(settings: Partial<PersonalizeSettings>): Promise<ExecutionRecord> {
  const [datasetArn] = await aws.seed(1);
  const resources = await aws.deploy(stack => {
    new ExportDestination(stack, 'Exports');
    new OutcomeObserver(stack, 'Observer', { eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default') });
  });
  const idOf = (pattern: RegExp) => [...resources].find(([logicalId]) => pattern.test(logicalId))![1];
  await aws.client.configurePersonalize(settings);
  const job = { jobName: 'Backups_Export_1', datasetArn };
  const path = `s3://${idOf(/^Exports.*Bucket[0-9A-F]{8}$/)}/exports/`;
  const datasetExportJobArn = await aws.createJob({
    ...job,
    ingestionMode: 'ALL',
    roleArn: `arn:aws:iam::${ACCOUNT}:role/${idOf(/^Exports.*Role[0-9A-F]{8}$/)}`,
    jobOutput: { s3DataDestination: { path, kmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${idOf(/^Exports.*Key[0-9A-F]{8}$/)}` } },
  });
  return aws.run(resources, { ...job, datasetExportJobArn, outputUri: path, stackId: 'stack', logicalResourceId: 'Export' });
}

test.each(['creationDateTime', 'status', 'datasetExportJob'])('waits for a job that Personalize describes without %s', async member => {
  expect(await observe({ omits: { 'CREATE IN_PROGRESS': [member] }, secondsInProgress: 600 })).toMatchObject({ status: 'SUCCEEDED' });
  expect((await aws.client.events()).map(({ detail }) => detail)).toEqual([
    expect.objectContaining({ status: 'ACTIVE', creationDateTime: expect.any(String), lastUpdatedDateTime: expect.any(String) }),
  ]);
});

test('looks every 15 minutes at a job of almost a day: a deletion does not wait longer', async () => {
  await observe({ secondsInProgress: 80_000 });
  const looks = (await aws.client.calls({ operation: 'DescribeDatasetExportJob' })).map(({ time }) => Date.parse(time));
  expect(Math.max(...looks.slice(1).map((time, index) => time - looks[index]))).toBeLessThan(16 * 60_000);
});

test('has room for a job of a year', async () => {
  expect(await observe({ secondsInProgress: 364 * 86_400 })).toMatchObject({ status: 'SUCCEEDED' });
});

test.each(['ACTIVE', 'CREATE FAILED'])('the event of a job that is %s lacks the times that Personalize leaves out', async status => {
  const failNextJobsWith = status === 'ACTIVE' ? null : 'no luck';
  await observe({ omits: { [status]: ['creationDateTime', 'lastUpdatedDateTime'] }, failNextJobsWith });
  const [{ detail }] = await aws.client.events();
  expect(detail).toMatchObject({ status, stackId: 'stack' });
  for (const time of ['creationDateTime', 'lastUpdatedDateTime']) { expect(detail).not.toHaveProperty(time); }
});
