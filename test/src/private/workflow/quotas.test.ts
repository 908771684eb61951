import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { DatasetReport, LocalWorkflow, groupsWorkflow, workflow } from './local-workflow';
import { DatasetExportFragment, IngestionMode } from '../../../../src';

let aws: LocalWorkflow;
beforeEach(async () => { aws = await LocalWorkflow.start(); });
afterEach(() => aws.stop());

/** 60,000 characters, 150,000 bytes, 180,000 in JSON. */
const LONG_REASON = 'é"'.repeat(30_000);
const job = 'Dataset Export Job State Change';

describe('reasons of failures may be long', () => {
  test('100 datasets that all fail in an inline Map, for as long as it may take: report, cause and events come out', async () => {
    const arns = await aws.seed(100);
    await aws.client.configurePersonalize({ failNextJobsWith: LONG_REASON, secondsInProgress: 900 });
    const resources = await aws.deploy(workflow(arns, { failOnExportFailure: false }));
    const execution = await aws.run(resources);
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    // what decides that an inline Map bears it
    expect(execution.historyEvents).toBeLessThan(24_000);

    const report = JSON.parse(execution.output!);
    expect(report).toMatchObject({ status: 'FAILED', succeeded: 0, failed: 100 });
    expect(report.datasets.map(({ datasetArn }: DatasetReport) => datasetArn)).toEqual(arns);
    for (const { failureReason } of report.datasets as DatasetReport[]) { expect(failureReason).toMatch(/^(é"){100,}é?\.\.\. \(shortened\)$/); }
    const events = (await aws.client.events()).filter(({ detailType }) => detailType === job);
    expect(events).toHaveLength(100);
    for (const { detail } of events) { expect(detail.failureReason).toMatch(/^(é"){2400,}é?\.\.\. \(shortened\)$/); }
  });

  test.each([false, true])('the cause of a run\'s failure has room for them, distributed: %s', async distributed => {
    const arns = await aws.seed(6);
    await aws.client.configurePersonalize({ failNextJobsWith: LONG_REASON });
    const { cause } = await aws.run(await aws.deploy(workflow(arns, { distributed })));
    expect(cause).toMatch(/^0 datasets exported, 6 not: \{/);
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
    expect(cause!.length).toBeLessThanOrEqual(32_768);
    const found = JSON.parse(/not: (.*)$/.exec(cause!)![1]);
    const reports: DatasetReport[] = distributed ? await aws.results({ bucket: found.Bucket, key: found.Key }) : found.failed;
    expect(reports).toHaveLength(distributed ? 6 : 5);
    for (const { failureReason } of reports) { expect(failureReason).toMatch(/^(é"){200,}é?\.\.\. \(shortened\)$/); }
  });

  test('of dataset groups that cannot be listed as well, with room for a redrive', async () => {
    const throttled = (times: number, message: string) => ({ operation: 'ListDatasets', times, error: { code: 'ThrottlingException', message } });
    // one is as long as it may be, all others are a tenth, or most of the time would go to JSON
    const faults = [throttled(1, LONG_REASON), throttled(99_999, LONG_REASON.slice(0, 6000))];
    await aws.client.addFaults(...faults);
    const names = Array.from({ length: 600 }, (_, index) => `${'shop'.repeat(8)}${index}`);
    const execution = await aws.run(await aws.deploy(groupsWorkflow(names)));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed' });
    const [{ detail }] = await aws.client.events();
    expect(detail).toMatchObject({ status: 'FAILED', failedDatasetGroups: 600 });
    await aws.client.clearFaults();
    await aws.client.addFaults(...faults);
    expect(await aws.redrive(execution)).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed' });
    expect(await aws.client.events()).toHaveLength(2);
  });
});

test('sees the end of a job of two days within the hour', async () => {
  await aws.client.configurePersonalize({ secondsInProgress: 2 * 86_400 });
  expect(await aws.run(await aws.deploy(workflow(await aws.seed(1), { timeout: Duration.days(3) })))).toMatchObject({ status: 'SUCCEEDED' });
  const [{ lastUpdatedDateTime }] = await aws.client.jobs();
  const looks = (await aws.client.calls({ operation: 'DescribeDatasetExportJob' })).map(({ time }) => Date.parse(time));
  expect(looks[looks.length - 1] - Date.parse(lastUpdatedDateTime)).toBeLessThan(61 * 60_000);
});

describe('the history holds the longest run', () => {
  test.each([false, true])('with the shortest poll interval, distributed: %s', async distributed => {
    await aws.client.configurePersonalize({ secondsInProgress: 5 * 3600 });
    const execution = await aws.run(await aws.deploy(workflow(await aws.seed(1), { distributed, pollInterval: Duration.seconds(1) })));
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    const [{ creationDateTime, lastUpdatedDateTime }] = await aws.client.jobs();
    const looks = (await aws.client.calls({ operation: 'DescribeDatasetExportJob' })).map(({ time }) => Date.parse(time));
    // much sooner than the default interval
    expect(looks[0] - Date.parse(creationDateTime)).toBeLessThan(60_000);
    // it is not long before the end is seen
    expect(looks[looks.length - 1] - Date.parse(lastUpdatedDateTime)).toBeLessThan(5 * 3600 * 1000 * 0.12);
    expect(looks.length).toBeLessThan(110);
  });

  test('of most of a year for five jobs at a time', async () => {
    await aws.client.configurePersonalize({ secondsInProgress: 350 * 86_400 });
    const props = { timeout: Duration.days(365), pollInterval: Duration.seconds(1) };
    expect(await aws.run(await aws.deploy(workflow(await aws.seed(5), props)))).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('of most of a year, half of it without room for the job', async () => {
    await aws.client.configurePersonalize({ secondsInProgress: 140 * 86_400, maxConcurrentJobs: 1 });
    const [first, second] = await aws.seed(2);
    const props = { maxConcurrency: 2, timeout: Duration.days(365), pollInterval: Duration.seconds(1) };
    const execution = await aws.run(await aws.deploy(workflow([first, second], props)));
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(execution.historyEvents).toBeLessThan(12_000);
    expect(execution.stopDate! - execution.startDate).toBeGreaterThan(280 * 86_400);
  });

  test('of a state machine of one\'s own, whose other state stays as it is', async () => {
    await aws.client.configurePersonalize({ secondsInProgress: 86_400, failNextJobsWith: LONG_REASON });
    const [datasetArn] = await aws.seed(1);
    const execution = await aws.run(await aws.deploy(stack => {
      const fragment = new DatasetExportFragment(stack, 'Export', {
        datasetArn: sfn.JsonPath.stringAt('$.datasetArn'), ingestionMode: IngestionMode.ALL, pollInterval: Duration.seconds(1), resultPath: '$.in.order',
      });
      new sfn.StateMachine(stack, 'Mine', { definitionBody: sfn.DefinitionBody.fromChainable(fragment) });
    }), { datasetArn, in: { all: 1 } });
    expect(JSON.parse(execution.output!)).toEqual({
      datasetArn,
      in: { all: 1, order: expect.objectContaining({ datasetArn, status: 'CREATE FAILED', failureReason: expect.stringMatching(/\(shortened\)$/) }) },
    });
    // what docs/workflow.md says of the cost
    expect(execution.historyEvents).toBeGreaterThan(1_020);
    expect(execution.historyEvents).toBeLessThan(1_090);
  });
});
