import type { OnEventRequest } from '../../lambda/events';
import { jobArn, jobNameOfArn } from '../../lambda/job';
import { createEvent, DATASET_ARN, jobArnOf, PREVIOUS_ID, properties, updateEvent, type Properties } from '../../tools/simulation/events';
import { LIMIT_EXCEEDED, THROTTLED } from '../../tools/simulation/fake-errors';
import { Waiter, World, type Outcome } from '../../tools/simulation/world';

// An export that takes longer than CloudFormation waits for one resource: several resources wait for it in turn.

const TURN = 55 * 60;
const HOURS = 3600;
const START = new World().clock.now();

let world: World;
beforeEach(() => { world = new World(); });

/** The first resource of a job with a timeout of three hours, and the others. */
const first = (overrides = {}) => properties({ TimeoutSeconds: String(3 * HOURS), HandsOver: 'true', ...overrides });
const next = (turn: number, ContinuesJobArn: string, overrides = {}): Properties => {
  const { HandsOver, ...others } = first(overrides);
  return { ...others, ContinuesJobArn, WaitedSeconds: String(turn * TURN), ...turn < 3 && { HandsOver: HandsOver! } };
};
const createOf = (turn: number, arn: string, overrides = {}): OnEventRequest => ({ ...createEvent(next(turn, arn, overrides), `create-${turn}`), LogicalResourceId: `Wait${turn}` });

/** All resources of the job, one after the other, until one fails. */
async function deploy(overrides = {}): Promise<Outcome[]> {
  const outcomes = [await world.run(createEvent(first(overrides)))];
  for (let turn = 1; turn <= 3 && outcomes.at(-1)!.status === 'SUCCESS'; turn++) {
    outcomes.push(await world.run(createOf(turn, outcomes.at(-1)!.data!.DatasetExportJobArn!, overrides)));
  }
  return outcomes;
}
const minutes = ({ at }: Outcome) => (at - START) / 60_000;

it('an export that is done in time is waited for once', async () => {
  expect((await deploy()).map(minutes)).toEqual([5, 5, 5, 5]);
  expect(world.personalize.callsOf('create')).toHaveLength(1);
});

it('one of two and a half hours is handed over twice', async () => {
  world.personalize.runningSeconds = 2.5 * HOURS - 60;
  const outcomes = await deploy();

  expect(outcomes.map(minutes)).toEqual([55, 110, 150, 150]);
  expect(new Set(outcomes.map(({ physicalId }) => physicalId))).toEqual(new Set([jobArnOf(createEvent(first()))]));
  expect(outcomes.at(-1)!.data).toEqual({ ...outcomes[0]!.data, ObjectCount: '2', ObjectBytes: '5000' });
  expect(world.personalize.callsOf('create')).toHaveLength(1);
});

it('one that fails late fails the resource whose turn it is', async () => {
  Object.assign(world.personalize, { runningSeconds: 2.5 * HOURS, failureReason: 'The moon is full.' });
  const outcomes = await deploy();

  expect(outcomes.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS', 'FAILED']);
  expect(outcomes.at(-1)!.reason).toContain('The moon is full.');
});

it('one that takes too long fails at the whole timeout, which the message names', async () => {
  world.personalize.runningSeconds = 9 * HOURS;
  const outcomes = await deploy();

  expect(outcomes.map(minutes)).toEqual([55, 110, 165, 180]);
  expect(outcomes.at(-1)!.reason).toMatch(/timeout of 180 min.* CREATE IN_PROGRESS after 180 min/);
});

it('one that finds no room in its first turn is created in another, under the same name', async () => {
  world.personalize.concurrencyLimit = 1;
  world.personalize.runningSeconds = 70 * 60;
  world.addJob(properties(), 'theirs');
  const outcomes = await deploy();

  expect(outcomes.map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS']);
  const { createdAt } = world.personalize.jobs.get(jobArnOf(createEvent(first())))!;
  expect(createdAt).toBeGreaterThanOrEqual(START + 71 * 60_000);
  expect(createdAt).toBeLessThan(START + 80 * 60_000);
});

it('one that finds no room costs few calls in all turns, whichever process looks', async () => {
  world.personalize.concurrencyLimit = 0;
  const start = new Waiter(world, createOf(1, jobArnOf(createEvent(first()))));
  await start.deliver();
  await start.pollUntil(() => start.outcome !== undefined, () => world.process());

  const looks = TURN / 30;
  expect(world.personalize.callsOf('create').length).toBeLessThan(looks / 6);
  expect(world.personalize.callsOf('describe').length).toBeLessThanOrEqual(looks + 1);
});

it('one that finds no room at all fails at the whole timeout, without a job', async () => {
  world.personalize.concurrencyLimit = 0;
  const outcomes = await deploy();

  expect(outcomes.map(minutes)).toEqual([55, 110, 165, 180]);
  expect(outcomes.at(-1)!.reason).toContain('timeout of 180 min');
  expect(world.personalize.jobs.size).toBe(0);
});

it('a resource in the middle of an outage hands over', async () => {
  world.personalize.runningSeconds = 2 * HOURS;
  world.personalize.alwaysFault.describe = { error: LIMIT_EXCEEDED() };

  expect(await world.run(createEvent(first()))).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(createEvent(first())) });
});

describe('a resource that goes on waiting', () => {
  const failed = (failedBeforeSeconds: number) => {
    world.personalize.failureReason = 'Broken.';
    world.addJob(first(), 'late', START - (failedBeforeSeconds + 300) * 1000);
    delete world.personalize.failureReason;
    return jobArn(DATASET_ARN, 'late');
  };

  it('starts the export anew when the job failed in an earlier deployment that was not rolled back', async () => {
    const event = createOf(1, failed(3600));
    const outcome = await world.run(event);

    expect(outcome.status).toBe('SUCCESS');
    expect(outcome.physicalId).not.toBe(event.ResourceProperties.ContinuesJobArn);
    expect(outcome.data!.DatasetExportJobArn).toBe(outcome.physicalId);
    expect(world.personalize.callsOf('create')).toHaveLength(1);
  });

  it('gives an export that was started anew the time of the remaining resources', async () => {
    world.personalize.runningSeconds = 70 * 60;
    const second = await world.run(createOf(1, failed(10 * HOURS)));
    expect(second).toMatchObject({ status: 'SUCCESS', at: START + TURN * 1000 });
    const third = await world.run(createOf(2, second.data!.DatasetExportJobArn!));
    expect(third).toMatchObject({ status: 'SUCCESS' });
    expect(await world.run(createOf(3, third.data!.DatasetExportJobArn!))).toMatchObject({ status: 'SUCCESS', physicalId: second.physicalId });
  });

  it('does not give up an export that was started anew when Personalize does not tell since when it exists', async () => {
    world.personalize.echo = () => ({ createdAt: undefined });
    world.personalize.runningSeconds = 80 * 60;
    const { data, physicalId } = await world.run(createOf(2, failed(10 * HOURS)));

    expect(await world.run(createOf(3, data!.DatasetExportJobArn!))).toMatchObject({ status: 'SUCCESS', physicalId });
  });

  it('does not give up an export that was started anew when one look at it fails', async () => {
    world.personalize.runningSeconds = 80 * 60;
    const second = await world.run(createOf(2, failed(10 * HOURS)));
    const third = new Waiter(world, createOf(3, second.data!.DatasetExportJobArn!));
    await third.deliver();
    const shareIsOver = world.clock.now() + 20 * 60_000;
    await third.pollUntil(() => world.clock.now() >= shareIsOver);
    world.personalize.faults.describe.push({ error: THROTTLED() });
    await third.pollUntil(() => third.outcome !== undefined);

    expect(third.outcome).toMatchObject({ status: 'SUCCESS', physicalId: second.physicalId });
  });

  it('waits no longer than CloudFormation when no look at the job succeeds', async () => {
    const event = createOf(3, failed(60));
    world.personalize.alwaysFault.describe = { error: THROTTLED() };

    expect(await world.run(event)).toMatchObject({ status: 'FAILED', at: START + TURN * 1000, reason: expect.stringMatching(/timeout of 180 min.* after 220 min/) });
  });

  it('waits no longer than CloudFormation for an export that was started anew', async () => {
    world.personalize.runningSeconds = 70 * 60;

    expect(await world.run(createOf(3, failed(10 * HOURS)))).toMatchObject({ status: 'FAILED', at: START + TURN * 1000 });
  });

  it('fails when the job fails while the resources wait for it', async () => {
    expect((await world.run(createOf(1, failed(5)))).reason).toContain('Broken.');
    expect(world.personalize.callsOf('create')).toEqual([]);
  });

  it('does not start an export anew that has a name of the user\'s', async () => {
    expect((await world.run(createOf(1, failed(3600), { JobName: 'late' }))).reason).toContain('jobName');
    expect(world.personalize.callsOf('create')).toEqual([]);
  });

  it('waits for the job of an update', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    const arn = world.addJob(first({ IngestionMode: 'BULK' }), 'new').arn;
    const event = updateEvent(next(1, PREVIOUS_ID), next(1, arn, { IngestionMode: 'BULK' }));

    expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: arn, at: START + 300_000 });
  });

  it('keeps its job when an update fails', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    world.personalize.failureReason = 'Broken.';
    const arn = world.addJob(first({ IngestionMode: 'BULK' }), 'new').arn;

    expect(await world.run(updateEvent(next(1, PREVIOUS_ID), next(1, arn, { IngestionMode: 'BULK' })))).toMatchObject({ status: 'FAILED', physicalId: PREVIOUS_ID });
  });

  it.each(['at once', 'after some trouble'])('goes back to its job in a rollback that is known %s, even if the previous resource could not', async known => {
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    if (known !== 'at once') { world.stack.faults.push(LIMIT_EXCEEDED(), LIMIT_EXCEEDED()); }
    world.addJob(first(), jobNameOfArn(PREVIOUS_ID), START - 86_400_000);
    world.personalize.heldStatus = 'CREATE IN_PROGRESS';
    const arn = world.addJob(first({ IngestionMode: 'BULK' }), 'new').arn;
    const outcome = await world.run(updateEvent(next(1, arn, { IngestionMode: 'BULK' }), next(1, arn), PREVIOUS_ID));

    expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID, data: { DatasetExportJobArn: PREVIOUS_ID } });
  });

  it('comes to an end when a failed update is brought back whose previous job has failed, too', async () => {
    Object.assign(world.stack, { status: 'UPDATE_IN_PROGRESS', broughtBack: true });
    world.personalize.failureReason = 'Broken.';
    world.addJob(first(), jobNameOfArn(PREVIOUS_ID), START - 86_400_000);
    const arn = world.addJob(first({ IngestionMode: 'BULK' }), 'new').arn;

    expect(await world.run(updateEvent(next(1, arn, { IngestionMode: 'BULK' }), next(1, arn), PREVIOUS_ID))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
    expect(world.personalize.callsOf('create')).toEqual([]);
  });

  it('goes back to the job of the previous resource in a rollback', async () => {
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    world.addJob(first(), jobNameOfArn(PREVIOUS_ID), START - 86_400_000);
    const arn = world.addJob(first({ IngestionMode: 'BULK' }), 'new', START - 86_400_000).arn;

    expect(await world.run(updateEvent(next(1, arn, { IngestionMode: 'BULK' }), next(1, PREVIOUS_ID), arn))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
  });

  it('is done at once when only the timeout changes', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    world.addJob(first(), jobNameOfArn(PREVIOUS_ID), START - 86_400_000);

    expect(await world.run(updateEvent(next(1, PREVIOUS_ID), { ...next(1, PREVIOUS_ID), TimeoutSeconds: '7200' }))).toMatchObject({
      status: 'SUCCESS', physicalId: PREVIOUS_ID, at: START,
    });
  });
});

describe('after an export that was started anew, a change of tags alone', () => {
  const tagged = (of: Properties): Properties => ({ ...of, Tags: { team: 'other' } });

  it.each(['', ', although Personalize does not tell of its key'])('starts no other one: the first resource leaves it to the one that waited%s', async untold => {
    const { echo } = world.personalize;
    if (untold) { world.personalize.echo = request => ({ ...echo(request), kmsKeyArn: undefined }); }
    world.personalize.failureReason = 'Broken.';
    const lost = world.addJob(first(), 'Shop_Export0A1B2C3D_aaaaaaaaaaaaaaaa', START - 86_400_000).arn;
    delete world.personalize.failureReason;
    const good = world.addJob(first(), 'Shop_Export0A1B2C3D_bbbbbbbbbbbbbbbb', START - 80_000_000).arn;
    world.stack.status = 'UPDATE_IN_PROGRESS';

    const one = await world.run(updateEvent(first(), tagged(first()), lost));
    expect(one).toMatchObject({ status: 'SUCCESS', physicalId: lost, at: START });
    expect(await world.run(updateEvent(next(3, lost), tagged(next(3, lost)), good))).toMatchObject({
      status: 'SUCCESS', physicalId: good, data: { DatasetExportJobArn: good }, at: START,
    });
    expect(world.personalize.callsOf('create')).toEqual([]);
  });
});
