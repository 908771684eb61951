import type { OnEventRequest } from '../../lambda/events';
import { exportRequest, jobArn, jobNameOfArn } from '../../lambda/export-request';
import { generatedJobName } from '../../lambda/job-name';
import { createEvent, DATASET_ARN, jobArnOf, OTHER_DATASET_ARN, PREVIOUS_ID, properties, updateEvent, type Properties } from '../../tools/simulation/events';
import { DENIED_FOR_GOOD, serviceError, THROTTLED } from '../../tools/simulation/fake-errors';
import { World } from '../../tools/simulation/world';

// An update that has no reason to start an export looks at the job that stays: it may be one that a rollback, or an earlier version,
// left behind.

const SETTLING_SECONDS = 120;
const LONG_AGO = 86_400_000;
const START = new World().clock.now();

let world: World;
beforeEach(() => {
  world = new World();
  world.stack.status = 'UPDATE_IN_PROGRESS';
});

const creates = () => world.personalize.callsOf('create').length;
/** The job of an earlier deployment: as a rule, one with the inputs that are deployed. */
const stays = (inputs = properties(), id = PREVIOUS_ID) => world.personalize.add(exportRequest(inputs, jobNameOfArn(id)), START - LONG_AGO);
/** Only the tags change. */
const unrelated = (of = properties(), id = PREVIOUS_ID) => updateEvent(of, { ...of, Tags: {} }, id);

/** The update ends with a new export. */
async function expectNewExport(event: OnEventRequest): Promise<void> {
  delete world.personalize.failureReason;
  expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event), data: { DatasetExportJobArn: jobArnOf(event) } });
  expect(world.personalize.jobs.get(jobArnOf(event))!.request.tags).toEqual(event.ResourceProperties.Tags);
  expect(creates()).toBe(1);
}

async function expectKept(event: OnEventRequest): Promise<void> {
  expect(await world.run(event)).toMatchObject({
    status: 'SUCCESS', physicalId: event.PhysicalResourceId, data: { DatasetExportJobArn: event.PhysicalResourceId },
  });
  expect(creates()).toBe(0);
}

describe('a job that failed', () => {
  beforeEach(() => { world.personalize.failureReason = 'Broken.'; });

  it('is replaced by a new export', async () => {
    stays();
    await expectNewExport(unrelated());
  });

  it('fails the deployment in words when it has a name of the user\'s', async () => {
    const named = properties({ JobName: 'mine' });
    stays(named, jobArn(DATASET_ARN, 'mine'));
    const outcome = await world.run(unrelated(named, jobArn(DATASET_ARN, 'mine')));

    expect(outcome).toMatchObject({ status: 'FAILED', physicalId: jobArn(DATASET_ARN, 'mine'), at: START });
    expect(outcome.reason).toMatch(/^jobName "mine" is used up by the previous export, which failed\..* change jobName/);
    expect(creates()).toBe(0);
  });

  it('is replaced by a new export, too, when nobody waits for it; not so under a name of the user\'s', async () => {
    const background = properties({ WaitForCompletion: 'false' });
    stays(background);
    const event = unrelated(background);
    expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event) });

    const named = { ...background, JobName: 'mine' };
    stays(named, jobArn(DATASET_ARN, 'mine'));
    expect(await world.run(unrelated(named, jobArn(DATASET_ARN, 'mine')))).toMatchObject({ status: 'SUCCESS', physicalId: jobArn(DATASET_ARN, 'mine') });
  });
});

describe('a job with other inputs', () => {
  it.each<[string, Partial<Properties>]>([
    ['dataset', { DatasetArn: OTHER_DATASET_ARN }],
    ['ingestionMode', { IngestionMode: 'BULK' }],
    ['role', { RoleArn: 'arn:aws:iam::111122223333:role/Others' }],
    ['bucket', { BucketName: 'other' }],
    ['prefix', { Prefix: 'other/' }],
    ['encryptionKey', { KmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/99999999-2222-3333-4444-555555555555' }],
  ])('(%s) is replaced by a new export', async (_, others) => {
    world.personalize.jobs.set(PREVIOUS_ID, { ...stays(properties(others)), arn: PREVIOUS_ID });
    await expectNewExport(unrelated());
  });

  it('(trigger) is replaced by a new export', async () => {
    const before = createEvent(properties({ TriggerToken: '1' }));
    const id = jobArn(DATASET_ARN, generatedJobName(before));
    stays(before.ResourceProperties, id);
    await expectKept(unrelated(properties({ TriggerToken: '1' }), id));
    await expectNewExport(unrelated(properties({ TriggerToken: '2' }), id));
  });

  it('gives way to the one with the user\'s name, however old', async () => {
    const named = properties({ JobName: 'mine' });
    stays(named, jobArn(DATASET_ARN, 'mine'));
    stays(properties({ JobName: 'other', IngestionMode: 'BULK' }), jobArn(DATASET_ARN, 'other'));

    expect(await world.run(unrelated(named, jobArn(DATASET_ARN, 'other')))).toMatchObject({ status: 'SUCCESS', physicalId: jobArn(DATASET_ARN, 'mine') });
    expect(creates()).toBe(1); // which Personalize refused: it exists
    expect(world.personalize.jobs.size).toBe(2);
  });
});

describe('a job that has the inputs', () => {
  it.each<[string, Partial<ReturnType<World['personalize']['echo']>>]>([
    ['all of them', {}],
    ['the path without its slash', { outputUri: `s3://exports/personalize/${jobNameOfArn(PREVIOUS_ID)}` }],
    ['no path', { outputUri: undefined }],
    ['no ingestion mode', { ingestionMode: undefined }],
    ['no key', { kmsKeyArn: undefined }],
    ['no role', { roleArn: undefined }],
    ['no dataset', { datasetArn: undefined }],
  ])('is kept when Personalize tells %s', async (_, told) => {
    stays();
    const { echo } = world.personalize;
    world.personalize.echo = request => ({ ...echo(request), ...told });
    await expectKept(unrelated());
  });

  it('is kept when it encrypts with a key that was not asked for', async () => {
    const withoutKey = properties({ KmsKeyArn: undefined });
    stays(withoutKey);
    world.personalize.echo = request => ({ ...request, kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/of-the-bucket' });
    await expectKept(unrelated(withoutKey));
  });

  it('is waited for when it still runs', async () => {
    world.personalize.add(exportRequest(properties(), jobNameOfArn(PREVIOUS_ID)), START);

    expect(await world.run(updateEvent(properties({ WaitForCompletion: 'false' }), properties()))).toMatchObject({
      status: 'SUCCESS', physicalId: PREVIOUS_ID, at: START + 300_000,
    });
    expect(creates()).toBe(0);
  });

  it('is kept at once when it still runs and nobody waits for it', async () => {
    world.personalize.add(exportRequest(properties(), jobNameOfArn(PREVIOUS_ID)), START);
    const background = properties({ WaitForCompletion: 'false' });

    expect(await world.run(unrelated(background))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID, at: START });
  });

  it('is kept, without a question to CloudFormation, when an update that failed is brought back', async () => {
    // with a rollback disabled, CloudFormation brings a failed resource back while the stack's status says that it goes forward
    stays();
    await expectKept(updateEvent(properties({ IngestionMode: 'BULK' }), properties(), PREVIOUS_ID));
    expect(world.stack.reads).toBe(0);
  });

  it('is not kept when the trigger changes', async () => {
    stays(properties({ TriggerToken: '1' }));
    await expectNewExport(updateEvent(properties({ TriggerToken: '1' }), properties({ TriggerToken: '2' })));
  });
});

it('is kept when the construct has moved since, so that names begin with another prefix', async () => {
  stays();
  await expectKept(unrelated(properties({ JobNamePrefix: 'Shop_Export99999999' })));
});

describe('a job that is gone', () => {
  it('is replaced by a new export, when it is gone for two minutes', async () => {
    const event = unrelated();
    await expectNewExport(event);
    expect(world.personalize.jobs.get(jobArnOf(event))!.createdAt).toBe(START + SETTLING_SECONDS * 1000);
  });

  it('is no job that Describe only lost for a moment', async () => {
    stays();
    world.personalize.faults.describe.push({ error: serviceError('ResourceNotFoundException', 'not here') });
    await expectKept(unrelated());
  });

  it.each(['AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', 'Shop-Export5A1B2C3D-1QXZ5'])('never was one when the id is %s', async id => {
    const event = unrelated(properties(), id);
    await expectNewExport(event);
    expect(world.personalize.jobs.get(jobArnOf(event))!.createdAt).toBe(START);
  });
});

describe('a job that Personalize does not tell of', () => {
  it('is kept at once when it refuses for good, and after ten minutes when it is in trouble', async () => {
    world.personalize.alwaysFault.describe = { error: DENIED_FOR_GOOD() };
    await expectKept(unrelated());
    expect(world.clock.now()).toBe(START);

    world.personalize.alwaysFault.describe = { error: THROTTLED() };
    await expectKept(unrelated());
    expect(world.clock.now()).toBe(START + 600_000);
  });

  it('is looked at again', async () => {
    world.personalize.failureReason = 'Broken.';
    stays();
    world.personalize.faults.describe.push({ error: THROTTLED() }, { error: THROTTLED() });
    await expectNewExport(unrelated());
  });
});

it('never becomes an export while the stack rolls back', async () => {
  world.personalize.failureReason = 'Broken.';
  stays();
  world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
  await expectKept(unrelated());
});
