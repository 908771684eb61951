import { jobNameOfArn } from '../../lambda/job';
import { createEvent, jobArnOf, PREVIOUS_ID, properties, updateEvent, type Properties } from '../../tools/simulation/events';
import { networkError, serviceError } from '../../tools/simulation/fake-errors';
import { Waiter, World, type Outcome } from '../../tools/simulation/world';

// What a deployment says about what an export has written.

const EMPTY = { objects: 0, bytes: 0 };
const DENIED = serviceError('AccessDenied', 'not authorized to perform: s3:ListBucket', 403);
const STRICT = properties({ FailOnEmptyExport: 'true' });

let world: World;
beforeEach(() => { world = new World(); });

const counts = ({ data }: Outcome) => [data!.ObjectCount, data!.ObjectBytes];
const created = () => world.personalize.callsOf('create').length;
const logged = (message: string) => world.log.filter(line => line.message === message);

/** The job of an earlier deployment is there, and the world is as after it. */
async function deployed(resourceProperties: Properties): Promise<string> {
  const outcome = await world.run(createEvent(resourceProperties, 'earlier'));
  world.clock.advance(86_400);
  world.stack.status = 'UPDATE_IN_PROGRESS';
  return outcome.physicalId!;
}

it('counts objects and bytes in the folder of the job, once, when it is ACTIVE', async () => {
  const outcome = await world.run(createEvent());
  expect(counts(outcome)).toEqual(['2', '5000']);
  expect(world.storage.listed).toEqual([outcome.data!.OutputUri]);
  expect(logged('exported')).toHaveLength(1);
});

it('warns of an export without objects', async () => {
  world.storage.contents = EMPTY;
  const outcome = await world.run(createEvent());
  expect([outcome.status, ...counts(outcome)]).toEqual(['SUCCESS', '0', '0']);
  expect(logged('empty export')).toEqual([expect.objectContaining({ level: 'WARN', jobArn: outcome.physicalId })]);
});

it.each([
  ['refused', DENIED], ['of a bucket that is gone', serviceError('NoSuchBucket', '', 404)], ['that never ends', networkError('ETIMEDOUT')],
  ['without the SDK', Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' })],
])('a listing %s fails nothing and delays nothing, not even with failOnEmptyExport', async (_, fault) => {
  const at = (await new World().run(createEvent(STRICT))).at;
  world.storage.alwaysFault = fault;
  const outcome = await world.run(createEvent(STRICT));
  expect([outcome.status, ...counts(outcome), outcome.at]).toEqual(['SUCCESS', 'unknown', 'unknown', at]);
  expect(logged('not listed')).toEqual([expect.objectContaining({ level: 'WARN', detail: expect.stringContaining(fault.message) })]);
});

it('what nobody waits for is not looked at', async () => {
  const unwaited = properties({ WaitForCompletion: 'false' });
  const outcome = await world.run(createEvent(unwaited));
  world.stack.status = 'UPDATE_IN_PROGRESS';
  const kept = await world.run(updateEvent(unwaited, { ...unwaited, TimeoutSeconds: '1200' }, outcome.physicalId));
  expect([kept.physicalId, ...counts(outcome), ...counts(kept)]).toEqual([outcome.physicalId, 'unknown', 'unknown', 'unknown', 'unknown']);
  expect(world.storage.listed).toEqual([]);
});

describe('failOnEmptyExport', () => {
  it('fails an export without objects, and says what to do', async () => {
    world.storage.contents = EMPTY;
    const outcome = await world.run(createEvent(STRICT));
    expect(outcome).toMatchObject({ status: 'FAILED', physicalId: jobArnOf(createEvent(STRICT)) });
    expect(outcome.reason).toMatch(/no objects.*ingestionMode.*failOnEmptyExport.*Job: arn:/);
    expect(outcome.reason).not.toContain('Change jobName');
  });

  it('asks for another name, if the job has one of the user\'s', async () => {
    world.storage.contents = EMPTY;
    expect((await world.run(createEvent(properties({ FailOnEmptyExport: 'true', JobName: 'mine' })))).reason).toContain('Change jobName');
  });

  it('also with the job of a later attempt', async () => {
    Object.assign(world.personalize, { failureReason: 'Insufficient privileges', runningSeconds: 10, pendingSeconds: 0 });
    world.storage.contents = EMPTY;
    const waiter = new Waiter(world, createEvent(STRICT));
    await waiter.deliver();
    world.personalize.failureReason = undefined;
    await waiter.pollUntil(() => waiter.outcome !== undefined);
    expect([waiter.outcome!.status, world.storage.listed.length, created()]).toEqual(['FAILED', 1, 2]);
  });

  it.each(['undone by a rollback', 'kept'])('does not concern the job of an earlier deployment: %s', async how => {
    const id = await deployed(STRICT);
    world.storage.contents = EMPTY;
    const changed = properties({ FailOnEmptyExport: 'true', ...how === 'kept' ? { TimeoutSeconds: '1200' } : { IngestionMode: 'PUT' } });
    if (how !== 'kept') { world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS'; }
    const event = how === 'kept' ? updateEvent(STRICT, changed, id) : updateEvent(changed, STRICT, id);
    const outcome = await world.run(event);
    expect([outcome.status, outcome.physicalId, ...counts(outcome)]).toEqual(['SUCCESS', id, '0', '0']);
  });

  it('does not concern a job that an earlier request has left running', async () => {
    Object.assign(world.personalize, { runningSeconds: 2_400 });
    await world.run(createEvent(STRICT, 'earlier'));
    world.storage.contents = EMPTY;
    world.stack.status = 'UPDATE_IN_PROGRESS';
    const outcome = await world.run(updateEvent(STRICT, STRICT, jobArnOf(createEvent(STRICT, 'earlier'))));
    expect([outcome.status, ...counts(outcome)]).toEqual(['SUCCESS', '0', '0']);
  });

  describe('of a long export', () => {
    const first = properties({ FailOnEmptyExport: 'true', HandsOver: 'true', TimeoutSeconds: '7200' });
    const last = (arn: string) => properties({ FailOnEmptyExport: 'true', TimeoutSeconds: '7200', ContinuesJobArn: arn, WaitedSeconds: '3300' });

    it('fails when the resource finds it that waits to the end', async () => {
      Object.assign(world.personalize, { runningSeconds: 5_000 });
      world.storage.contents = EMPTY;
      const handedOver = await world.run(createEvent(first));
      expect([handedOver.status, ...counts(handedOver), world.storage.listed.length]).toEqual(['SUCCESS', 'unknown', 'unknown', 0]);
      expect((await world.run(createEvent(last(handedOver.physicalId!), 'create-2'))).status).toBe('FAILED');
    });

    it('does not concern the job of an earlier deployment', async () => {
      const id = await deployed(first);
      world.storage.contents = EMPTY;
      expect((await world.run(createEvent(last(id), 'create-2'))).status).toBe('SUCCESS');
    });
  });
});

it('an update that keeps the job tells what is there now, and never loses an attribute', async () => {
  const id = await deployed(properties());
  const update = updateEvent(properties(), properties({ TimeoutSeconds: '1200' }), id);
  expect(counts(await world.run(update))).toEqual(['2', '5000']);
  world.storage.alwaysFault = DENIED;
  expect(counts(await world.run({ ...update, RequestId: 'update-2' }))).toEqual(['unknown', 'unknown']);
});

it('nothing is listed for a job that Personalize does not describe', async () => {
  world.personalize.alwaysFault.describe = { error: serviceError('AccessDeniedException', 'with an explicit deny', 400) };
  world.stack.status = 'UPDATE_IN_PROGRESS';
  const outcome = await world.run(updateEvent(properties(), properties({ TimeoutSeconds: '1200' })));
  expect([outcome.status, outcome.data!.DatasetExportJobName, ...counts(outcome)]).toEqual(['SUCCESS', jobNameOfArn(PREVIOUS_ID), 'unknown', 'unknown']);
  expect(world.storage.listed).toEqual([]);
});
