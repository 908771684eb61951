import { exportRequest } from '../../lambda/export-request';
import { jobArn, jobNameOfArn } from '../../lambda/job';
import { DATASET_ARN, jobArnOf, PREVIOUS_ID, properties, TIMEOUT_SECONDS, updateEvent } from '../../tools/simulation/events';
import { DENIED_FOR_GOOD, networkError, serviceError, THROTTLED } from '../../tools/simulation/fake-errors';
import { World } from '../../tools/simulation/world';

// A rollback never exports and never fails. It goes back to the job that the properties had, if that can be found.

const LONG_AGO = 86_400_000;
const SETTLING_SECONDS = 120;
const START = new World().clock.now();
const before = properties();
const after = properties({ IngestionMode: 'BULK', BucketName: 'other' });
/** A good export, then a failure elsewhere in the stack. */
const update = updateEvent(before, after);
const rollback = updateEvent(after, before, jobArnOf(update), 'rollback-1');

let world: World;
beforeEach(() => {
  world = new World();
  world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
  world.addJob(before, jobNameOfArn(PREVIOUS_ID), START - LONG_AGO);
  world.addJob(after, jobNameOfArn(jobArnOf(update)), START - 1_000_000);
  world.stack.stableId = PREVIOUS_ID;
});
afterEach(() => { expect(world.personalize.callsOf('create')).toEqual([]); });

const ended = (id: string, start: string, date: string) => ({
  status: 'SUCCESS',
  physicalId: id,
  data: {
    DatasetExportJobArn: id,
    DatasetExportJobName: jobNameOfArn(id),
    OutputUri: `${start}dataset_group=shop/dataset=INTERACTIONS/date=${date}/${jobNameOfArn(id)}/`,
  },
});
const toPrevious = ended(PREVIOUS_ID, 's3://exports/personalize/', '2026-11-01');
const toRecent = ended(PREVIOUS_ID, 's3://exports/personalize/', '2026-11-02');
const notRestored = ended(jobArnOf(update), 's3://other/personalize/', '2026-11-02');

it('finds the job that the stack had when it was last complete', async () => {
  expect(await world.run(rollback)).toMatchObject(toPrevious);
});

it.each<[string, (Error | undefined)[]]>([
  ['throttles once', [THROTTLED()]],
  ['has no address, and then does not know new credentials', [networkError('ENOTFOUND'), serviceError('UnrecognizedClientException')]],
  ['is in trouble for a while', [THROTTLED(), undefined, networkError('ECONNRESET'), serviceError('ServiceUnavailable', '', 503)]],
])('finds it although Personalize throttles and CloudFormation %s', async (_, faults) => {
  world.personalize.faults.describe.push({ error: THROTTLED() }, { error: THROTTLED() }, { error: THROTTLED() });
  world.stack.faults.push(...faults);

  expect(await world.run(rollback)).toMatchObject(toPrevious);
});

it('keeps the job of the failed update, and says where that has written to, when CloudFormation does not tell', async () => {
  world.stack.noEvents = true;

  expect(await world.run(rollback)).toMatchObject(notRestored);
});

it.each<[string, () => void]>([
  ['is gone', () => { world.personalize.jobs.delete(PREVIOUS_ID); }],
  ['has other inputs', () => { world.personalize.jobs.set(PREVIOUS_ID, { ...world.personalize.jobs.get(PREVIOUS_ID)!, request: exportRequest(after, 'x', new Date(START)) }); }],
  ['failed', () => { world.personalize.jobs.set(PREVIOUS_ID, { ...world.personalize.jobs.get(PREVIOUS_ID)!, failureReason: 'Broken.' }); }],
  ['is no job', () => { world.stack.stableId = 'Shop-Export5A1B2C3D-1QXZ5'; }],
  ['is unknown', () => { world.stack.stableId = undefined; }],
])('keeps the job of the failed update when the previous one %s', async (_, prepare) => {
  prepare();

  expect(await world.run(rollback)).toMatchObject(notRestored);
});

it.each<[string, () => Error, number]>([['refuses to tell', DENIED_FOR_GOOD, 0], ['does not answer at all', THROTTLED, 600]])(
  'comes to an end when Personalize %s', async (_, error, seconds) => {
    world.personalize.alwaysFault.describe = { error: error() };

    expect(await world.run(rollback)).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(update), at: START + seconds * 1000 });
  });

it('comes to an end when CloudFormation does not answer before the time is over', async () => {
  world.stack.faults.push(...Array.from({ length: TIMEOUT_SECONDS / 30 + 1 }, THROTTLED));

  expect(await world.run(rollback)).toMatchObject({ status: 'SUCCESS' });
});

it('comes to an end with properties that are not valid any more', async () => {
  const invalid = properties({ RoleArn: 'nobody' });
  world.stack.faults.push(THROTTLED());

  expect(await world.run(updateEvent(after, invalid, jobArnOf(update), 'rollback-1'))).toMatchObject(notRestored);
});

it('knows the job of a jobName without asking for the stack\'s events', async () => {
  const named = properties({ JobName: 'mine' });
  world.addJob(named, 'mine', START - LONG_AGO);
  world.stack.noEvents = true;

  expect(await world.run(updateEvent(after, named, jobArnOf(update), 'rollback-1')))
    .toMatchObject(ended(jobArn(DATASET_ARN, 'mine'), 's3://exports/personalize/', '2026-11-01'));
});

it('keeps a jobName that the update had in vain', async () => {
  const [named, changed] = [properties({ JobName: 'mine' }), properties({ JobName: 'mine', IngestionMode: 'BULK' })];

  expect(await world.run(updateEvent(changed, named, jobArn(DATASET_ARN, 'mine'), 'rollback-1'))).toMatchObject({ status: 'SUCCESS', physicalId: jobArn(DATASET_ARN, 'mine') });
});

it('needs no question when the update never answered with its job', async () => {
  world.stack.noEvents = true;

  expect(await world.run(updateEvent(after, before, PREVIOUS_ID, 'rollback-1'))).toMatchObject({ ...toPrevious, at: START });
  expect(world.stack.reads).toBe(0);
});

it('takes a job that nobody waits for while it still runs', async () => {
  const background = properties({ WaitForCompletion: 'false' });
  world.addJob(background, jobNameOfArn(PREVIOUS_ID), START);

  expect(await world.run(updateEvent(after, background, jobArnOf(update), 'rollback-1'))).toMatchObject({ ...toRecent, at: START });
});

it('takes a job that nobody waited for although it failed', async () => {
  const background = properties({ WaitForCompletion: 'false' });
  world.personalize.jobs.set(PREVIOUS_ID, { ...world.personalize.jobs.get(PREVIOUS_ID)!, failureReason: 'Broken.' });

  expect(await world.run(updateEvent(after, background, jobArnOf(update), 'rollback-1'))).toMatchObject(toPrevious);
});

it('takes a job that nobody waited for although it is not visible yet', async () => {
  const background = properties({ WaitForCompletion: 'false' });
  world.personalize.visibleAfterSeconds = SETTLING_SECONDS - 1;
  world.addJob(background, jobNameOfArn(PREVIOUS_ID), START);

  expect(await world.run(updateEvent(after, background, jobArnOf(update), 'rollback-1'))).toMatchObject(toRecent);
});

it('knows a job of an earlier version, whose name does not tell of the trigger', async () => {
  const [one, two] = [{ ...before, TriggerToken: '1' }, { ...before, TriggerToken: '2' }];
  const failed = updateEvent(one, two);
  world.addJob(two, jobNameOfArn(jobArnOf(failed)), START - 1_000_000);

  expect(await world.run(updateEvent(two, one, jobArnOf(failed), 'rollback-1'))).toMatchObject(toPrevious);
});

it('finds the job although Personalize does not tell of its key', async () => {
  const { echo } = world.personalize;
  world.personalize.echo = request => ({ ...echo(request), kmsKeyArn: undefined });

  expect(await world.run(rollback)).toMatchObject(toPrevious);
});

it('is not taken in by a job with a default that Personalize does not tell', async () => {
  const [bulk, byDefault] = [properties({ IngestionMode: 'BULK' }), properties({ IngestionMode: undefined })];
  const interrupted = updateEvent(byDefault, bulk);
  world.addJob(bulk, jobNameOfArn(PREVIOUS_ID), START - LONG_AGO);
  world.addJob(byDefault, jobNameOfArn(jobArnOf(interrupted)), START - 1_000_000);

  // as CloudFormation asks when the update to these properties was cancelled
  expect(await world.run(updateEvent(bulk, bulk, jobArnOf(interrupted), 'rollback-1'))).toMatchObject(toPrevious);
});
