import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { DatasetReport, LocalWorkflow, groupsWorkflow, workflow } from './local-workflow';
import type { ExecutionRecord } from '../../../../local-aws/wire';
import { DatasetExportFragment, IngestionMode } from '../../../../src';
import { ACCOUNT, REGION } from '../../../stacks';

let aws: LocalWorkflow;

beforeEach(async () => {
  aws = await LocalWorkflow.start();
});
afterEach(() => aws.stop());

/** How the jobs of each dataset ended, one after the other. */
async function jobs(arns: string[]): Promise<string[][]> {
  const all = await aws.client.jobs();
  return arns.map(arn => all.filter(({ request }) => request.datasetArn === arn).map(({ status }) => status));
}

/** What was told of each dataset, and of the run. */
async function events(arns: string[]): Promise<{ datasets: unknown[][]; run: unknown[] }> {
  const all = (await aws.client.events()).map(({ detail }) => detail);
  return {
    datasets: arns.map(arn => all.filter(({ datasetArn }) => datasetArn === arn).map(({ status }) => status)),
    run: all.filter(({ datasetArn }) => datasetArn === undefined).map(({ status, succeeded, failed }) => [status, succeeded, failed]),
  };
}

async function reports(execution: ExecutionRecord): Promise<string[][]> {
  const { datasets, results } = JSON.parse(execution.output!);
  const all: DatasetReport[] = datasets ?? await aws.results(results);
  return all.map(({ datasetArn, status }) => [datasetArn, status]).sort();
}

describe.each([false, true])('distributed: %s; a redrive', distributed => {
  test('exports again what has written nothing, with failOnEmptyExport', async () => {
    const [full] = await aws.seed(1);
    const empty = await aws.client.seedDataset({ group: 'void', type: 'ITEMS', csv: 'ITEM_ID\n' });
    await aws.client.configurePersonalize({ fileWithoutRecords: false });
    const failed = await aws.run(await aws.deploy(workflow([full, empty], { distributed, failOnEmptyExport: true })));
    expect(failed).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/^1 datasets exported, 1 not: /) });
    await aws.client.configurePersonalize({ fileWithoutRecords: true });
    expect(JSON.parse((await aws.redrive(failed)).output!)).toMatchObject({ status: 'SUCCEEDED', succeeded: 2, failed: 0 });
    expect(await jobs([full, empty])).toEqual([['ACTIVE'], ['ACTIVE', 'ACTIVE']]);
    expect((await events([full, empty])).datasets).toEqual([['ACTIVE'], ['ERROR', 'ACTIVE']]);
  });

  test('exports what failed under another name, and nothing else, as often as it takes', async () => {
    const arns = await aws.seed(4);
    await aws.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'because', [arns[3]]: 'because' } });
    const failed = await aws.run(await aws.deploy(workflow(arns, { distributed })));
    expect(failed).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed', cause: expect.stringMatching(/^2 datasets exported, 2 not: /) });

    await aws.client.configurePersonalize({ failJobsOf: { [arns[3]]: 'still' } });
    await aws.client.sleep(86_400);
    const again = await aws.redrive(failed);
    expect(again).toMatchObject({ status: 'FAILED', executionArn: failed.executionArn, cause: expect.stringMatching(/^3 datasets exported, 1 not: /) });
    expect(await jobs(arns)).toEqual([['ACTIVE'], ['CREATE FAILED', 'ACTIVE'], ['ACTIVE'], ['CREATE FAILED', 'CREATE FAILED']]);

    await aws.client.configurePersonalize({ failJobsOf: {} });
    const done = await aws.redrive(failed);
    expect(done).toMatchObject({ status: 'SUCCEEDED' });
    expect(await jobs(arns)).toEqual([['ACTIVE'], ['CREATE FAILED', 'ACTIVE'], ['ACTIVE'], ['CREATE FAILED', 'CREATE FAILED', 'ACTIVE']]);
    expect(JSON.parse(done.output!)).toMatchObject({ status: 'SUCCEEDED', succeeded: 4, failed: 0 });
    expect(await reports(done)).toEqual(arns.map(arn => [arn, 'ACTIVE']).sort());
    expect(await events(arns)).toEqual({
      datasets: [['ACTIVE'], ['CREATE FAILED', 'ACTIVE'], ['ACTIVE'], ['CREATE FAILED', 'CREATE FAILED', 'ACTIVE']],
      run: [['FAILED', 2, 2], ['FAILED', 3, 1], ['SUCCEEDED', 4, 0]],
    });
    // a day later, too, all folders have the date of the run
    const { startTime } = JSON.parse(done.output!);
    const path = expect.stringContaining(`/date=${startTime.slice(0, 10)}/`);
    for (const { request } of await aws.client.jobs()) { expect(request).toMatchObject({ jobOutput: { s3DataDestination: { path } } }); }
    const creations = await aws.client.calls({ operation: 'CreateDatasetExportJob' });
    expect(creations.filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    const refused = (await aws.client.decisions()).filter(({ principal, allowed }) => principal.roleArn?.includes('StateMachineRole') && !allowed);
    expect(refused).toEqual([]);
  });

  test('exports what Personalize refused, once', async () => {
    const [arn] = await aws.seed(1);
    const missing = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/late/ITEMS`;
    const failed = await aws.run(await aws.deploy(workflow([arn, missing], { distributed })));
    expect(failed).toMatchObject({ status: 'FAILED' });
    await aws.client.seedDataset({ group: 'late', type: 'ITEMS', csv: 'ITEM_ID\ni1\n' });
    await aws.client.configurePersonalize({ failJobsOf: { [missing]: 'because' } });
    expect(await aws.redrive(failed)).toMatchObject({ status: 'FAILED' });
    expect(await jobs([arn, missing])).toEqual([['ACTIVE'], ['CREATE FAILED']]);
    await aws.client.configurePersonalize({ failJobsOf: {} });
    expect(await aws.redrive(failed)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await jobs([arn, missing])).toEqual([['ACTIVE'], ['CREATE FAILED', 'ACTIVE']]);
  });

  test('lists the dataset groups that could not be listed, and exports theirs', async () => {
    const arns = await aws.seed(3);
    await aws.client.seedDataset({ group: 'shop0', type: 'ACTIONS', csv: 'ACTION_ID\na1\n' });
    const failed = await aws.run(await aws.deploy(groupsWorkflow(['shop0', 'late'], { distributed })));
    expect(failed).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/^3 datasets exported, 0 not: /) });
    const late = await aws.client.seedDataset({ group: 'late', type: 'ITEMS', csv: 'ITEM_ID\ni1\n' });
    const done = await aws.redrive(failed);
    expect(JSON.parse(done.output!)).toMatchObject({ status: 'SUCCEEDED', succeeded: 4, skippedDatasets: 1, failedDatasetGroups: [] });
    expect(await jobs([...arns, late])).toEqual([['ACTIVE'], ['ACTIVE'], ['ACTIVE'], ['ACTIVE']]);
    expect(await aws.client.calls({ operation: 'ListDatasets' })).toHaveLength(3);
  });

  test.each(['TIMED_OUT', 'ABORTED'])('of a run that is %s goes on with its jobs, and exports what had failed', async status => {
    const arns = await aws.seed(3);
    const secondsInProgress = 5_000;
    await aws.client.configurePersonalize({ secondsInProgress, failJobsOf: { [arns[0]]: 'because' } });
    const resources = await aws.deploy(workflow(arns, { distributed, maxConcurrency: 2, timeout: Duration.seconds(1.6 * secondsInProgress) }));
    await aws.client.runTimeFor(1);
    const executionArn = await aws.start(resources);
    if (status === 'ABORTED') {
      // two jobs are done with, and the third one is not
      await aws.client.runTimeFor(1.4 * secondsInProgress);
      await aws.stopRun(executionArn);
    }
    await aws.client.resumeTime();
    const stopped = await aws.ended(executionArn);
    expect(stopped).toMatchObject({ status });
    expect(await aws.client.jobs()).toHaveLength(3);
    await aws.client.configurePersonalize({ secondsInProgress: 60, failJobsOf: {} });
    const done = await aws.redrive(stopped);
    expect(done).toMatchObject({ status: 'SUCCEEDED' });
    expect(await jobs(arns)).toEqual([['CREATE FAILED', 'ACTIVE'], ['ACTIVE'], ['ACTIVE']]);
    expect(await reports(done)).toEqual(arns.map(arn => [arn, 'ACTIVE']).sort());
    expect(await events(arns)).toEqual({
      datasets: [['CREATE FAILED', 'ACTIVE'], ['ACTIVE'], ['ACTIVE']], run: [['SUCCEEDED', 3, 0]],
    });
  });
});

test.each([false, true])('distributed: %s; a redrive after days sees at once that a job is done', async distributed => {
  const arns = await aws.seed(1);
  await aws.client.configurePersonalize({ secondsInProgress: 7 * 3600 });
  const timedOut = await aws.run(await aws.deploy(workflow(arns, { distributed, timeout: Duration.hours(6) })));
  expect(timedOut).toMatchObject({ status: 'TIMED_OUT' });
  await aws.client.changeSpeed(500_000);
  await aws.client.runTimeFor(3 * 86_400);
  await aws.client.changeSpeed(2_000);
  await aws.client.resumeTime();
  expect(await aws.redrive(timedOut)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await jobs(arns)).toEqual([['ACTIVE']]);
});

test('in a state machine of one\'s own, the fragment exports once in each drive', async () => {
  const [datasetArn] = await aws.seed(1);
  await aws.client.configurePersonalize({ failJobsOf: { [datasetArn]: 'because' } });
  const failed = await aws.run(await aws.deploy(stack => {
    const fragment = new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode: IngestionMode.ALL });
    const exported = sfn.Condition.stringEquals('$.datasetExport.status', 'ACTIVE');
    const branch = fragment.next(new sfn.Choice(stack, 'Exported?').when(exported, new sfn.Pass(stack, 'Done'))
      .otherwise(new sfn.Fail(stack, 'Give up', { error: 'NotExported', causePath: '$.datasetExport.failureReason' })));
    const parallel = new sfn.Parallel(stack, 'Try').branch(branch).addRetry({ errors: ['NotExported'], maxAttempts: 2 });
    new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(parallel) });
  }));
  expect(failed).toMatchObject({ status: 'FAILED', error: 'NotExported', cause: 'because' });
  expect(await jobs([datasetArn])).toEqual([['CREATE FAILED']]);
  await aws.client.configurePersonalize({ failJobsOf: {} });
  expect(await aws.redrive(failed)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await jobs([datasetArn])).toEqual([['CREATE FAILED', 'ACTIVE']]);
});
