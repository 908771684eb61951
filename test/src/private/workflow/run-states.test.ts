import { Duration } from 'aws-cdk-lib';
import { DatasetReport, LocalWorkflow, groupArn, groupIn, groupsWorkflow, mostAtATime, workflow } from './local-workflow';

let aws: LocalWorkflow;

beforeEach(async () => {
  aws = await LocalWorkflow.start();
});
afterEach(() => aws.stop());

describe('a run', () => {
  test('exports all datasets, and its output reports each of them', async () => {
    const arns = await aws.seed(3);
    const resources = await aws.deploy(workflow(arns, { tags: { team: 'ml' } }));
    const execution = await aws.run(resources);
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });

    const report = JSON.parse(execution.output!);
    expect(report).toMatchObject({
      executionArn: execution.executionArn,
      stateMachineArn: execution.stateMachineArn,
      status: 'SUCCEEDED',
      succeeded: 3,
      failed: 0,
      startTime: expect.stringMatching(/^\d{4}-.*Z$/),
      skippedDatasets: 0,
      failedDatasetGroups: [],
    });
    const jobs = await aws.client.jobs();
    expect(jobs).toHaveLength(3);
    const bucket = [...resources].find(([id]) => /Bucket[0-9A-F]{8}$/.test(id))![1];
    for (const [index, dataset] of (report.datasets as DatasetReport[]).entries()) {
      const job = jobs.find(({ request }) => request.datasetArn === dataset.datasetArn)!;
      const folder = `dataset_group=${arns[index]!.split('/')[1]}/dataset=${arns[index]!.split('/')[2]}/date=${report.startTime.slice(0, 10)}/${dataset.jobName}/`;
      expect(dataset).toEqual({
        datasetArn: arns[index],
        jobName: expect.stringMatching(/^Backups_Export[0-9A-F]{8}_[0-9a-f]{32}$/),
        datasetExportJobArn: job.datasetExportJobArn,
        status: 'ACTIVE',
        outputUri: `s3://${bucket}/${folder}`,
        creationDateTime: job.creationDateTime,
        lastUpdatedDateTime: job.lastUpdatedDateTime,
        objectCount: 1,
        objectBytes: 28,
      });
      expect(job.request).toMatchObject({
        ingestionMode: 'ALL',
        tags: [{ tagKey: 'team', tagValue: 'ml' }],
        jobOutput: { s3DataDestination: { path: dataset.outputUri, kmsKeyArn: expect.stringMatching(/^arn:aws:kms:/) } },
      });
      expect((await aws.client.objects(bucket)).some(({ key }) => key.startsWith(folder))).toBe(true);
    }
  });

  test('gives the jobs other names than the run before it', async () => {
    const resources = await aws.deploy(workflow(await aws.seed(2)));
    expect([await aws.run(resources), await aws.run(resources)]).toMatchObject([{ status: 'SUCCEEDED' }, { status: 'SUCCEEDED' }]);
    expect(new Set((await aws.client.jobs()).map(({ datasetExportJobArn }) => datasetExportJobArn)).size).toBe(4);
  });

  test('puts an event for each dataset and one for the run', async () => {
    const arns = await aws.seed(2);
    await aws.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'Insufficient privileges for accessing data in Amazon S3.' } });
    const execution = await aws.run(await aws.deploy(workflow(arns)));
    const run = { executionArn: execution.executionArn, stateMachineArn: execution.stateMachineArn };
    const events = await aws.client.events();
    expect(events).toMatchObject(events.map(() => ({ source: 'cdk-personalize-dataset-export', eventBus: 'default' })));
    const jobEvents = events.filter(({ detailType }) => detailType === 'Dataset Export Job State Change').map(({ detail }) => detail);
    expect(jobEvents.sort((a, b) => String(a.status) < String(b.status) ? -1 : 1)).toEqual([
      {
        ...run,
        datasetArn: arns[0],
        status: 'ACTIVE',
        ...Object.fromEntries(['jobName', 'datasetExportJobArn', 'outputUri', 'creationDateTime', 'lastUpdatedDateTime'].map(field => [field, expect.any(String)])),
        ...Object.fromEntries(['objectCount', 'objectBytes'].map(field => [field, expect.any(Number)])),
      },
      expect.objectContaining({ ...run, datasetArn: arns[1], status: 'CREATE FAILED', failureReason: 'Insufficient privileges for accessing data in Amazon S3.' }),
    ]);
    expect(events.filter(({ detailType }) => detailType === 'Dataset Export Run State Change').map(({ detail }) => detail)).toEqual([{
      ...run, startTime: expect.any(String), status: 'FAILED', succeeded: 1, failed: 1, skippedDatasets: 0, failedDatasetGroups: 0,
    }]);
  });

  test('goes on when no event can be put', async () => {
    await aws.client.addFaults({ operation: 'PutEvents', times: 1000, error: { code: 'InternalException', status: 500 } });
    expect(await aws.run(await aws.deploy(workflow(await aws.seed(1))))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await aws.client.events()).toEqual([]);
  });
});

describe('200 datasets, five at a time', () => {
  // one definition cannot name that many in an inline Map: their groups are listed in the run
  test.each([false, true])('all are exported, one job each, never more than five at once; failures: %s', async withFailures => {
    const arns = await aws.seed(200);
    const failing = withFailures ? arns.filter((_, index) => index % 20 === 7) : [];
    const failJobsOf = Object.fromEntries(failing.map(arn => [arn, `no luck with ${arn}`]));
    await aws.client.configurePersonalize({ maxConcurrentJobs: 5, failJobsOf });
    const names = [...new Set(arns.map(arn => arn.split('/')[1]))];
    const resources = await aws.deploy(groupsWorkflow(names));
    const execution = await aws.run(resources);

    const jobs = await aws.client.jobs();
    expect(jobs.map(({ request }) => request.datasetArn).sort()).toEqual([...arns].sort());
    const intervals = jobs.map(job => ({ start: Date.parse(job.creationDateTime), end: Date.parse(job.lastUpdatedDateTime) }));
    expect(mostAtATime(intervals)).toBeLessThanOrEqual(5);
    expect((await aws.client.calls({ operation: 'CreateDatasetExportJob' })).filter(({ errorCode }) => errorCode !== undefined)).toEqual([]);
    const [event] = (await aws.client.events()).filter(({ detailType }) => detailType === 'Dataset Export Run State Change');
    expect(event.detail).toMatchObject({ succeeded: 200 - failing.length, failed: failing.length });

    const results = withFailures
      ? JSON.parse(/not: (.*)$/.exec(execution.cause!)![1])
      : JSON.parse(execution.output!).results;
    expect(execution.status).toBe(withFailures ? 'FAILED' : 'SUCCEEDED');
    const reports = await aws.results({ bucket: results.bucket ?? results.Bucket, key: results.key ?? results.Key });
    expect(reports.map(({ datasetArn }) => datasetArn).sort()).toEqual([...arns].sort());
    expect(reports.filter(({ status }) => status !== 'ACTIVE').map(({ datasetArn, failureReason }) => [datasetArn, failureReason]).sort())
      .toEqual(failing.map(arn => [arn, `no luck with ${arn}`]).sort());
  });
});

describe('an export that fails', () => {
  test('leaves the others alone, and fails the run at its end, which says what failed and why', async () => {
    const arns = await aws.seed(4);
    await aws.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'Insufficient privileges for accessing data in Amazon S3.' } });
    const execution = await aws.run(await aws.deploy(workflow(arns)));
    expect(execution).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed', cause: expect.stringMatching(/^3 datasets exported, 1 not: /) });
    const { failed, failedDatasetGroups } = JSON.parse(/not: (.*)$/.exec(execution.cause!)![1]);
    expect(failed).toMatchObject([{ datasetArn: arns[1], status: 'CREATE FAILED', failureReason: 'Insufficient privileges for accessing data in Amazon S3.' }]);
    expect(failedDatasetGroups).toEqual([]);
    expect((await aws.client.jobs()).map(({ status }) => status).sort()).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE', 'CREATE FAILED']);
  });

  test.each([false, true])('does not fail the run when that is not wanted, distributed: %s', async distributed => {
    const arns = await aws.seed(2);
    await aws.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'because' } });
    const execution = await aws.run(await aws.deploy(workflow(arns, { failOnExportFailure: false, distributed })));
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    const report = JSON.parse(execution.output!);
    expect(report).toMatchObject({ status: 'FAILED', succeeded: 1, failed: 1 });
    const datasets: DatasetReport[] = distributed ? await aws.results(report.results) : report.datasets;
    expect(datasets.find(({ datasetArn }) => datasetArn === arns[1])).toMatchObject({ status: 'CREATE FAILED', failureReason: 'because' });
  });

  test('names the first five failures only, as the cause of a failure is limited', async () => {
    await aws.client.configurePersonalize({ failNextJobsWith: 'because' });
    const { cause } = await aws.run(await aws.deploy(workflow(await aws.seed(8))));
    expect(cause).toMatch(/^0 datasets exported, 8 not: /);
    expect(JSON.parse(/not: (.*)$/.exec(cause!)![1]).failed).toHaveLength(5);
  });

  test('because Personalize refuses it at once is reported with the service\'s error', async () => {
    const [arn] = await aws.seed(1);
    const missing = arn.replace('shop0', 'gone');
    const execution = await aws.run(await aws.deploy(workflow([arn, missing], { failOnExportFailure: false })));
    expect(JSON.parse(execution.output!)).toMatchObject({
      succeeded: 1,
      failed: 1,
      datasets: [{ status: 'ACTIVE' }, {
        datasetArn: missing, status: 'ERROR', failureReason: expect.stringMatching(/^Personalize\.ResourceNotFoundException: The given dataset does not exist/),
      }],
    });
    expect(await aws.client.calls({ operation: 'CreateDatasetExportJob' })).toHaveLength(2);
  });
});

describe('errors that pass', () => {
  test('LimitExceeded is waited out, however long it takes', async () => {
    const arns = await aws.seed(6);
    await aws.client.configurePersonalize({ maxConcurrentJobs: 1, secondsInProgress: 1800 });
    expect(await aws.run(await aws.deploy(workflow(arns)))).toMatchObject({ status: 'SUCCEEDED' });
    const refused = (await aws.client.calls({ operation: 'CreateDatasetExportJob' })).filter(({ errorCode }) => errorCode === 'LimitExceededException');
    expect(refused.length).toBeGreaterThan(10);
    expect(await aws.client.jobs()).toHaveLength(6);
  });

  test.each([
    ['ResourceInUseException', 400, 100], // more than other errors are retried
    ['ThrottlingException', 400, 30],
    ['ServiceUnavailable', 503, 30],
    ['InternalFailure', 500, 30],
  ])('a storm of %s is survived', async (code, status, times) => {
    const isInUse = code === 'ResourceInUseException';
    const arns = await aws.seed(5);
    await aws.client.addFaults(
      { operation: 'CreateDatasetExportJob', times, error: { code, status } },
      { operation: 'DescribeDatasetExportJob', times: 30, error: { code: isInUse ? 'ThrottlingException' : code, status } },
    );
    expect(await aws.run(await aws.deploy(workflow(arns)))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await aws.client.jobs()).toHaveLength(5);
    expect(await aws.client.remainingFaults()).toEqual([]);
  });

  test('an answer that is lost makes no second job, and the export is ours', async () => {
    const arns = await aws.seed(2);
    await aws.client.addFaults({ operation: 'CreateDatasetExportJob', times: 2, drop: true, takesEffect: true });
    expect(await aws.run(await aws.deploy(workflow(arns)))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await aws.client.jobs()).toHaveLength(2);
    expect((await aws.client.calls({ operation: 'CreateDatasetExportJob' })).map(({ errorCode }) => errorCode).filter(Boolean))
      .toEqual(['ResourceAlreadyExistsException', 'ResourceAlreadyExistsException']);
  });

  test('a status that nobody has heard of is waited out', async () => {
    const arns = await aws.seed(1);
    await aws.client.configurePersonalize({ statusInProgress: 'CREATE THINKING', secondsInProgress: 3600 });
    expect(await aws.run(await aws.deploy(workflow(arns)))).toMatchObject({ status: 'SUCCEEDED' });
    expect((await aws.client.calls({ operation: 'DescribeDatasetExportJob' })).length).toBeGreaterThan(1);
  });
});

describe('throttled calls besides those of jobs are tried again', () => {
  test.each([
    ['to list a dataset group', 'personalize', 'ListDatasets', false],
    ['to count what a Distributed Map has done', 'states', 'DescribeMapRun', true],
    ['to put an event', 'events', 'PutEvents', false],
  ])('%s', async (_, service, operation, distributed) => {
    await aws.seed(3);
    await aws.client.addFaults({ service, operation, times: 2, error: { code: 'ThrottlingException' } });
    expect(await aws.run(await aws.deploy(groupsWorkflow(['shop0'], { distributed })))).toMatchObject({ status: 'SUCCEEDED' });
    expect(await aws.client.remainingFaults()).toEqual([]);
    expect(await aws.client.events()).toHaveLength(4);
  });
});

test('a Distributed Map counts exports that somebody has stopped as failed', async () => {
  await aws.client.configurePersonalize({ secondsInProgress: 3600 });
  const resources = await aws.deploy(workflow(await aws.seed(2), { distributed: true }));
  await aws.client.runTimeFor(1);
  const executionArn = await aws.start(resources);
  await aws.client.runTimeFor(600);
  await aws.stopRun(aws.childExecutions()[0].executionArn);
  await aws.client.resumeTime();
  expect(await aws.ended(executionArn)).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/^1 datasets exported, 1 not: /) });
});

test('a Distributed Map waits until Step Functions has counted all of its datasets', async () => {
  const hostile = await LocalWorkflow.start('hostile');
  try {
    const arns = await hostile.seed(2);
    await hostile.client.configurePersonalize({ failJobsOf: { [arns[1]]: 'no luck' } });
    const resources = await hostile.deploy(workflow(arns, { distributed: true }));
    await hostile.client.sleep(60); // until the policies are in effect
    const execution = await hostile.run(resources);
    expect(execution).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/^1 datasets exported, 1 not: /) });
  } finally {
    await hostile.stop();
  }
});

describe('a Distributed Map without datasets, whose results Step Functions need not name', () => {
  const runOf = async (group: string) => {
    const hostile = await LocalWorkflow.start('hostile');
    try {
      await hostile.client.seedDataset({ group: 'movies', type: 'ACTIONS', csv: 'USER_ID\nu1\n' });
      const resources = await hostile.deploy(groupsWorkflow([group], { distributed: true }));
      await hostile.client.sleep(60); // until the policies are in effect
      return await hostile.run(resources);
    } finally {
      await hostile.stop();
    }
  };

  test('succeeds', async () => {
    const report = JSON.parse((await runOf('movies')).output!);
    expect(report).toMatchObject({ status: 'SUCCEEDED', succeeded: 0, failed: 0, skippedDatasets: 1, failures: expect.any(String) });
    expect(report).not.toHaveProperty('results');
  });

  test('fails because of a dataset group, and says so', async () => {
    const execution = await runOf('gone');
    expect(execution).toMatchObject({ status: 'FAILED', error: 'DatasetExportsFailed', cause: expect.stringMatching(/^0 datasets exported, 0 not: /) });
    expect(JSON.parse(/not: (.*)$/.exec(execution.cause!)![1]).failedDatasetGroups).toMatchObject([{ datasetGroupArn: groupArn('gone') }]);
  });
});

test('a run that takes longer than its timeout times out', async () => {
  await aws.client.configurePersonalize({ secondsInProgress: 7200 });
  const resources = await aws.deploy(workflow(await aws.seed(1), { timeout: Duration.hours(1) }));
  expect(await aws.run(resources)).toMatchObject({ status: 'TIMED_OUT' });
});

describe('dataset groups', () => {
  const TYPES = ['ACTIONS', 'INTERACTIONS', 'ACTION_INTERACTIONS', 'ITEMS', 'USERS'] as const;

  test('and one of their datasets, named as well, are exported once and reported once', async () => {
    const arns: string[] = [];
    for (const type of ['INTERACTIONS', 'ITEMS'] as const) { arns.push(await aws.client.seedDataset({ group: 'movies', type, csv: 'USER_ID\nu1\n' })); }
    const execution = await aws.run(await aws.deploy(stack => workflow([arns[1]], { datasetGroups: [groupIn(stack, 'movies')] })(stack)));
    expect(JSON.parse(execution.output!)).toMatchObject({ status: 'SUCCEEDED', succeeded: 2 });
    expect(await aws.client.events()).toHaveLength(3);
  });

  test.each([true, false])('are listed in the run, all pages; what cannot be exported is skipped and counted, with types in upper case: %s', async uppercasesTypes => {
    const arns: string[] = [];
    for (const type of TYPES) { arns.push(await aws.client.seedDataset({ group: 'movies', type, csv: 'USER_ID\nu1\n' })); }
    await aws.client.configurePersonalize({ datasetsPerPage: 2, uppercasesTypes });
    const execution = await aws.run(await aws.deploy(groupsWorkflow(['movies'])));
    const report = JSON.parse(execution.output!);
    expect(report).toMatchObject({ status: 'SUCCEEDED', succeeded: 3, skippedDatasets: 2 });
    expect(report.datasets.map(({ datasetArn }: DatasetReport) => datasetArn)).toEqual([arns[1], arns[3], arns[4]]);
    expect(await aws.client.calls({ operation: 'ListDatasets' })).toHaveLength(3);
  });

  test('together with datasets export all of them', async () => {
    const [single, ...others] = await aws.seed(6);
    const execution = await aws.run(await aws.deploy(stack => workflow([single], { datasetGroups: [groupIn(stack, 'shop1')] })(stack)));
    expect(JSON.parse(execution.output!).datasets.map(({ datasetArn }: DatasetReport) => datasetArn)).toEqual([single, ...others.slice(2)]);
  });

  test('that have nothing to export are no failure', async () => {
    await aws.client.seedDataset({ group: 'movies', type: 'ACTIONS', csv: 'USER_ID\nu1\n' });
    const execution = await aws.run(await aws.deploy(groupsWorkflow(['movies'])));
    expect(JSON.parse(execution.output!)).toMatchObject({ status: 'SUCCEEDED', succeeded: 0, failed: 0, datasets: [] });
  });

  test('that cannot be listed fail the run at its end; the others are exported', async () => {
    await aws.seed(3);
    const execution = await aws.run(await aws.deploy(groupsWorkflow(['gone', 'shop0'])));
    expect(execution).toMatchObject({ status: 'FAILED', cause: expect.stringMatching(/^3 datasets exported, 0 not: /) });
    expect(await aws.client.calls({ operation: 'ListDatasets' })).toHaveLength(2); // what would be refused again is not tried again
    expect(JSON.parse(/not: (.*)$/.exec(execution.cause!)![1]).failedDatasetGroups).toEqual([{
      datasetGroupArn: groupArn('gone'), status: 'ERROR', failureReason: expect.stringMatching(/^Personalize\.ResourceNotFoundException: /),
    }]);
  });
});
