import { jobNameOfArn } from '../../lambda/job';
import { generatedJobName } from '../../lambda/job-name';
import { jobFailed, timedOut } from '../../lambda/messages';
import { createEvent, jobArnOf, PREVIOUS_ID, properties, TIMEOUT_SECONDS, updateEvent } from '../../tools/simulation/events';
import { DENIED_FOR_GOOD, LIMIT_EXCEEDED, THROTTLED } from '../../tools/simulation/fake-errors';
import { Waiter, World } from '../../tools/simulation/world';

// Personalize may notice a missing permission only in the job, if that began before a new role or policy had propagated.

const REASON = 'Insufficient privileges for accessing data in Amazon S3.';
const START = new World().clock.now();

let world: World;
beforeEach(() => {
  world = new World();
  Object.assign(world.personalize, { failureReason: REASON, pendingSeconds: 10, runningSeconds: 20 });
});

const jobs = () => [...world.personalize.jobs.values()];
const startedAfter = () => jobs().map(({ createdAt }) => (createdAt - START) / 1000);
/** The policies have propagated so many seconds after the start. */
const propagatedAfter = (seconds: number) => {
  const { add } = world.personalize;
  world.personalize.add = (...args) => {
    if (world.clock.now() >= START + seconds * 1000) { delete world.personalize.failureReason; }
    return add.apply(world.personalize, args);
  };
};

it.each([1, 45, 100])('another job makes up for one that began before its policies had propagated (%d s)', async seconds => {
  propagatedAfter(seconds);
  const outcome = await world.run(createEvent());

  expect(outcome.status).toBe('SUCCESS');
  expect(outcome.physicalId).toBe(jobs().at(-1)!.arn);
  expect(outcome.data!.OutputUri).toBe(jobs().at(-1)!.request.outputUri);
  expect(new Set(jobs().map(({ request }) => request.jobName)).size).toBe(jobs().length);
});

it('the same on an update, which ends with the job that succeeded', async () => {
  world.stack.status = 'UPDATE_IN_PROGRESS';
  propagatedAfter(45);
  const outcome = await world.run(updateEvent(properties(), properties({ IngestionMode: 'BULK' })));

  expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobs().at(-1)!.arn });
});

it('a denial that stays fails once, within minutes, and tells how many jobs were tried', async () => {
  const outcome = await world.run(createEvent());

  expect(outcome.status).toBe('FAILED');
  expect((outcome.at - START) / 1000).toBeLessThanOrEqual(240);
  expect(outcome.reason).toBe(jobFailed(world.contextOf(createEvent(), jobNameOfArn(jobs().at(-1)!.arn)), REASON, 4).message);
  expect(outcome.physicalId).toBe(jobArnOf(createEvent()));
  expect(startedAfter()).toEqual([0, 30, 60, 120]);
});

it('jobs that take longer to fail are fewer', async () => {
  world.personalize.runningSeconds = 190;

  expect((await world.run(createEvent())).status).toBe('FAILED');
  expect(startedAfter()).toEqual([0, 210]);
});

it('a job that fails later than a new policy could matter gets no other', async () => {
  world.personalize.runningSeconds = 400;

  expect((await world.run(createEvent())).reason).toContain(REASON);
  expect(jobs()).toHaveLength(1);
});

it.each<[string, () => void, Parameters<typeof properties>[0]]>([
  ['another reason', () => { world.personalize.failureReason = 'The moon is full.'; }, {}],
  ['an explicit deny', () => { world.personalize.failureReason = DENIED_FOR_GOOD().message; }, {}],
  ['a name of the user\'s', () => {}, { JobName: 'mine' }],
])('none for %s', async (_, prepare, overrides) => {
  prepare();

  expect((await world.run(createEvent(properties(overrides)))).status).toBe('FAILED');
  expect(jobs()).toHaveLength(1);
});

it('another job that found no room is not claimed to exist when Personalize does not tell of it', async () => {
  world.personalize.faults.create.push(undefined);
  world.personalize.alwaysFault.create = { error: LIMIT_EXCEEDED() };
  const { describeDatasetExportJob } = world.personalize;
  world.personalize.describeDatasetExportJob = async arn => {
    if (arn !== jobArnOf(createEvent()) && world.personalize.callsOf('create').length > 1) { throw THROTTLED(); }
    return describeDatasetExportJob.call(world.personalize, arn);
  };
  const context = world.contextOf(createEvent(), generatedJobName(createEvent(), 1));

  expect((await world.run(createEvent())).reason).toBe(timedOut(context, 'ThrottlingException: Rate exceeded', TIMEOUT_SECONDS, TIMEOUT_SECONDS, 'may exist').message);
});

it('none in a stack that rolls back', async () => {
  const waiter = new Waiter(world, createEvent());
  await waiter.deliver();
  world.stack.status = 'ROLLBACK_IN_PROGRESS';
  world.clock.advance(60);
  await waiter.poll();

  expect(waiter.outcome!.status).toBe('FAILED');
  expect(jobs()).toHaveLength(1);
});

it('two deliveries of a request make the same jobs', async () => {
  propagatedAfter(45);
  const waiters = [new Waiter(world, createEvent()), new Waiter(world, createEvent())];
  for (const waiter of waiters) { await waiter.deliver(); }
  while (waiters.some(({ outcome }) => outcome === undefined)) {
    for (const waiter of waiters) { if (waiter.outcome === undefined) { await waiter.poll(); } }
    world.clock.advance(15);
  }

  expect(new Set(waiters.map(({ outcome }) => outcome!.physicalId)).size).toBe(1);
  expect(jobs().length).toBeLessThanOrEqual(3);
});

it('two deliveries of an update make the same jobs, even if the job that it takes over fails between them', async () => {
  const inputs = properties();
  world.addJob(inputs, jobNameOfArn(PREVIOUS_ID));
  delete world.personalize.failureReason;
  const update = updateEvent({ ...inputs, WaitForCompletion: 'false' }, inputs);
  const waiters = [new Waiter(world, update), new Waiter(world, update)];
  await waiters[0]!.deliver();
  world.clock.advance(world.personalize.pendingSeconds + world.personalize.runningSeconds);
  await waiters[1]!.deliver();
  for (const waiter of waiters) { await waiter.pollUntil(() => waiter.outcome !== undefined); }

  expect(new Set(waiters.map(({ outcome }) => outcome!.physicalId)).size).toBe(1);
  expect(jobs()).toHaveLength(2);
});

it('an update that hands over leaves a job that it took over and that failed to the next resource, as one that finds it failed does', async () => {
  const inputs = properties({ HandsOver: 'true', TimeoutSeconds: '6000' });
  world.addJob(inputs, jobNameOfArn(PREVIOUS_ID));

  expect(await world.run(updateEvent({ ...inputs, WaitForCompletion: 'false' }, inputs))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
  expect(jobs()).toHaveLength(1);
});
