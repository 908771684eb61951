import type { UpdateRequest } from '../../lambda/events';
import { exportRequest } from '../../lambda/export-request';
import { jobArn, jobNameOfArn } from '../../lambda/job';
import { generatedJobName } from '../../lambda/job-name';
import { nameUsedUp } from '../../lambda/messages';
import {
  createEvent, DATASET_ARN, jobArnOf, KEY_ARN, OTHER_DATASET_ARN, PREVIOUS_ID, properties, ROLE_ARN, TIMEOUT_SECONDS, updateEvent, type Properties,
} from '../../tools/simulation/events';
import { DENIED_FOR_GOOD, networkError, serviceError, THROTTLED } from '../../tools/simulation/fake-errors';
import { Waiter, World } from '../../tools/simulation/world';

// Whether an update exports depends on what changed, and on the job that is there: a rollback, or an earlier version, may have left it.

const SETTLING_SECONDS = 120;
const POLL_SECONDS = 30;
const LONG_AGO = 86_400_000;
const START = new World().clock.now();
const MINE = jobArn(DATASET_ARN, 'mine');

let world: World;
beforeEach(() => {
  world = new World();
  world.stack.status = 'UPDATE_IN_PROGRESS';
});

const creates = () => world.personalize.callsOf('create').length;
/** The job of an earlier deployment: as a rule, one with the inputs that are deployed. */
const previous = (inputs = properties(), id = PREVIOUS_ID) => world.addJob(inputs, jobNameOfArn(id), START - LONG_AGO);
/** Only the tags change. */
const unrelated = (of = properties(), id = PREVIOUS_ID) => updateEvent(of, { ...of, Tags: {} }, id);

async function expectNewExport(event: UpdateRequest): Promise<void> {
  delete world.personalize.failureReason;
  expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event), data: { DatasetExportJobArn: jobArnOf(event) } });
  const request = exportRequest(event.ResourceProperties, jobNameOfArn(jobArnOf(event)), new Date(START));
  expect(world.personalize.jobs.get(jobArnOf(event))!.request).toEqual(request);
  expect(creates()).toBe(1);
}

async function expectKept(event: UpdateRequest): Promise<void> {
  const id = event.PhysicalResourceId;
  expect(await world.run(event)).toMatchObject({
    status: 'SUCCESS', physicalId: id, data: { DatasetExportJobArn: id, DatasetExportJobName: jobNameOfArn(id), OutputUri: world.personalize.jobs.get(id)?.request.outputUri ?? expect.stringContaining('/date=unknown/') },
  });
  expect(creates()).toBe(0);
}

/** Each input with another value. */
const OTHER: [string, Partial<Properties>][] = [
  ['dataset', { DatasetArn: OTHER_DATASET_ARN }],
  ['ingestionMode', { IngestionMode: 'BULK' }],
  ['role', { RoleArn: `${ROLE_ARN}2` }],
  ['bucket', { BucketName: 'other' }],
  ['prefix', { Prefix: 'other/' }],
  ['encryptionKey', { KmsKeyArn: `${KEY_ARN}2` }],
];

describe('a change', () => {
  beforeEach(() => { previous(); });

  it.each<[string, Partial<Properties>]>([...OTHER, ['jobName', { JobName: 'mine' }], ['trigger', { TriggerToken: '2' }]])('of %s: a new export', async (_, change) => {
    await expectNewExport(updateEvent(properties(), properties(change)));
  });

  it.each<[string, Partial<Properties>]>([
    ['nothing', {}],
    ['tags', { Tags: { team: 'other' } }],
    ['timeout', { TimeoutSeconds: '60' }],
    ['the provider', { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:Other' }],
    ['the construct\'s place, with which generated names begin', { JobNamePrefix: 'Shop_Export99999999' }],
  ])('of %s: none', async (_, change) => {
    await expectKept(updateEvent(properties(), properties(change)));
    expect(world.clock.now()).toBe(START);
  });

  it.each([-5, 15])('is exported in a deployment that began %d s after the request, by CloudFormation\'s clock', async seconds => {
    world.stack.operationBegan = START + seconds * 1000;
    await expectNewExport(updateEvent(properties(), properties({ IngestionMode: 'BULK' })));
  });
});

describe('with a jobName that stays', () => {
  const before = properties({ JobName: 'mine' });
  const usedUp = (event: UpdateRequest, why: string) => nameUsedUp(world.contextOf(event, 'mine'), why).message;

  it.each<[string, Partial<Properties>, string]>([
    ['an input', { IngestionMode: 'BULK' }, 'ingestionMode'],
    ['the trigger', { TriggerToken: '2' }, 'trigger'],
    ['two inputs', { Prefix: '', RoleArn: `${ROLE_ARN}2` }, 'role, prefix'],
  ])('a change of %s fails, and is named', async (_, change, names) => {
    const event = updateEvent(before, { ...before, ...change }, MINE);
    previous(before, MINE);

    expect(await world.run(event)).toMatchObject({ reason: usedUp(event, `but ${names} changed since`), physicalId: MINE, at: START });
    expect(creates()).toBe(0);
  });

  it.each<[string, Partial<Properties>]>([['an input', { IngestionMode: 'BULK' }], ['the trigger', { TriggerToken: '2' }]])(
    'a change of %s fails even if CloudFormation could not be asked at first', async (_, change) => {
      previous(before, MINE);
      world.stack.faults.push(serviceError('Throttling'), serviceError('Throttling'));

      expect(await world.run(updateEvent(before, { ...before, ...change }, MINE))).toMatchObject({ status: 'FAILED', physicalId: MINE });
      expect(creates()).toBe(0);
    });

  it('a job that failed fails the update, unless nobody waits for it', async () => {
    world.personalize.failureReason = 'Broken.';
    previous(before, MINE);
    expect(await world.run(unrelated(before, MINE))).toMatchObject({ reason: usedUp(unrelated(before, MINE), 'which failed'), physicalId: MINE, at: START });

    await expectKept(unrelated({ ...before, WaitForCompletion: 'false' }, MINE));
  });

  it('another job gives way to the one with the name, however old', async () => {
    previous(before, MINE);
    previous(properties({ JobName: 'other', IngestionMode: 'BULK' }), jobArn(DATASET_ARN, 'other'));

    expect(await world.run(unrelated(before, jobArn(DATASET_ARN, 'other')))).toMatchObject({ status: 'SUCCESS', physicalId: MINE });
    expect(creates()).toBe(1); // which Personalize refused: it exists
    expect(world.personalize.jobs.size).toBe(2);
  });
});

describe('when CloudFormation cannot be asked about the stack', () => {
  const update = updateEvent(properties(), properties({ IngestionMode: 'BULK' }));
  const createdAfter = () => (world.personalize.jobs.get(jobArnOf(update))!.createdAt - START) / 1000;
  beforeEach(() => { previous(); });

  it('for good, the update exports: one export too many does less harm than a stack that cannot be updated', async () => {
    world.stack.alwaysFault = serviceError('AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks', 403);
    await expectNewExport(update);
    expect(createdAfter()).toBe(SETTLING_SECONDS);
  });

  it('for a while, the update waits', async () => {
    world.stack.faults.push(serviceError('Throttling'), networkError('ECONNRESET'), serviceError('InternalFailure', 'x', 500));
    await expectNewExport(update);
    expect(createdAfter()).toBe(2 * POLL_SECONDS);
  });

  it('before and after the export has started, the update ends with it', async () => {
    world.stack.faults.push(serviceError('Throttling'));
    const waiter = new Waiter(world, update);
    await waiter.deliver();
    await waiter.pollUntil(() => creates() > 0);
    world.stack.alwaysFault = serviceError('Throttling');
    await waiter.pollUntil(() => waiter.outcome !== undefined);

    expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(update) });
  });

  it('until the timeout, the update fails without a job', async () => {
    world.stack.alwaysFault = serviceError('Throttling');

    expect(await world.run(update)).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(creates()).toBe(0);
  });
});

describe('a job that failed', () => {
  beforeEach(() => { world.personalize.failureReason = 'Broken.'; });

  it.each([undefined, 'false'])('is replaced by a new export: WaitForCompletion %s', async WaitForCompletion => {
    previous(properties({ WaitForCompletion }));
    await expectNewExport(unrelated(properties({ WaitForCompletion })));
  });

  it('never becomes an export while the stack rolls back', async () => {
    previous();
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    await expectKept(unrelated());
  });
});

describe('a job with other inputs', () => {
  it.each(OTHER)('(%s) is replaced by a new export', async (_, others) => {
    world.personalize.jobs.set(PREVIOUS_ID, { ...previous(properties(others)), arn: PREVIOUS_ID });
    await expectNewExport(unrelated());
  });

  it('is kept when a failed update is brought back, which the stack\'s status does not show', async () => {
    previous(properties({ IngestionMode: 'BULK' }));
    world.stack.broughtBack = true;
    await expectKept(unrelated());
  });

  it('is kept although it has other inputs when a failed update is brought back', async () => {
    world.stack.broughtBack = true;
    previous(properties({ IngestionMode: 'PUT' }));
    await expectKept(updateEvent(properties({ IngestionMode: 'BULK', WaitForCompletion: 'false' }), properties({ WaitForCompletion: 'false' })));
  });

  it('(trigger) is replaced by a new export', async () => {
    const before = createEvent(properties({ TriggerToken: '1' }));
    const id = jobArn(DATASET_ARN, generatedJobName(before));
    previous(before.ResourceProperties, id);
    await expectKept(unrelated(properties({ TriggerToken: '1' }), id));
    await expectNewExport(unrelated(properties({ TriggerToken: '2' }), id));
  });
});

describe('a job that has the inputs', () => {
  it.each<[string, Partial<ReturnType<World['personalize']['echo']>>]>([
    ['the path without its slash', { outputUri: `s3://exports/personalize/dataset_group=shop/dataset=INTERACTIONS/date=2026-11-01/${jobNameOfArn(PREVIOUS_ID)}` }],
    ['no path', { outputUri: undefined }],
    ['no ingestion mode', { ingestionMode: undefined }],
    ['no key', { kmsKeyArn: undefined }],
    ['no role', { roleArn: undefined }],
    ['no dataset', { datasetArn: undefined }],
  ])('is kept when Personalize tells %s', async (_, told) => {
    previous();
    const { echo } = world.personalize;
    world.personalize.echo = request => ({ ...echo(request), ...told });
    await expectKept(unrelated());
  });

  it('is kept when it encrypts with a key that was not asked for', async () => {
    const withoutKey = properties({ KmsKeyArn: undefined });
    previous(withoutKey);
    world.personalize.echo = request => ({ ...request, kmsKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/of-the-bucket' });
    await expectKept(unrelated(withoutKey));
  });

  it('is waited for when it still runs', async () => {
    world.addJob(properties(), jobNameOfArn(PREVIOUS_ID), START);
    await expectKept(updateEvent(properties({ WaitForCompletion: 'false' }), properties()));
    expect(world.clock.now()).toBe(START + 300_000);
  });

  it('is kept at once when it still runs and nobody waits for it', async () => {
    world.addJob(properties(), jobNameOfArn(PREVIOUS_ID), START);
    await expectKept(unrelated(properties({ WaitForCompletion: 'false' })));
    expect(world.clock.now()).toBe(START);
  });

  it('is kept, without a question to CloudFormation, when an update that failed is brought back', async () => {
    // with rollback disabled, CloudFormation brings a failed resource back while the stack's status says that it goes forward
    previous();
    await expectKept(updateEvent(properties({ IngestionMode: 'BULK' }), properties()));
    expect(world.stack.reads).toBe(0);
  });
});

describe('a job that is gone', () => {
  it('is replaced by a new export, when it is gone for two minutes', async () => {
    await expectNewExport(unrelated());
    expect(world.personalize.jobs.get(jobArnOf(unrelated()))!.createdAt).toBe(START + SETTLING_SECONDS * 1000);
  });

  it('is kept when Describe only lost it for a moment', async () => {
    previous();
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
  it.each<[string, () => Error, number]>([['at once when that refuses', DENIED_FOR_GOOD, 0], ['after ten minutes when that is in trouble', THROTTLED, 600]])(
    'is kept %s', async (_, error, seconds) => {
      world.personalize.alwaysFault.describe = { error: error() };
      await expectKept(unrelated());
      expect(world.clock.now()).toBe(START + seconds * 1000);
    });

  it('is kept when the update only names the default ingestion mode', async () => {
    world.personalize.alwaysFault.describe = { error: DENIED_FOR_GOOD() };
    await expectKept(updateEvent(properties({ IngestionMode: undefined }), properties({ IngestionMode: 'PUT' })));
  });

  it('is looked at again', async () => {
    world.personalize.failureReason = 'Broken.';
    previous();
    world.personalize.faults.describe.push({ error: THROTTLED() }, { error: THROTTLED() });
    await expectNewExport(unrelated());
  });
});
