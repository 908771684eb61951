import type { OnEventRequest } from '../../lambda/events';
import { rollingBack, timedOut } from '../../lambda/messages';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../../src/contract/limits';
import { createEvent, jobArnOf, PREVIOUS_ID, properties, TIMEOUT_SECONDS, updateEvent } from '../../tools/simulation/events';
import { LIMIT_EXCEEDED, serviceError, THROTTLED } from '../../tools/simulation/fake-errors';
import { Waiter, World } from '../../tools/simulation/world';

// Personalize has no room for the job when the request comes: it is created late, or not at all.

const POLL_SECONDS = 30;
const START = new World().clock.now();
const CREATE = createEvent();
const UPDATE = updateEvent(properties(), properties({ IngestionMode: 'BULK' }));

let world: World;
beforeEach(() => { world = new World(); });

const jobOf = (event: OnEventRequest) => world.personalize.jobs.get(jobArnOf(event));
const creates = () => world.personalize.callsOf('create').length;
const timedOutWithout = (job: 'exists' | 'does not exist', status: string) => (
  timedOut(world.contextOf(CREATE), status, TIMEOUT_SECONDS, TIMEOUT_SECONDS, job).message);

/** The job of somebody else takes the only place for so long. */
async function waitForRoom(seconds: number, event: OnEventRequest = CREATE): Promise<Waiter> {
  world.personalize.concurrencyLimit = 1;
  world.personalize.runningSeconds = seconds - 60;
  world.addJob(properties(), 'theirs');
  const waiter = new Waiter(world, event);
  await waiter.deliver();
  return waiter;
}

it('creates the job within minutes after there is room', async () => {
  const waiter = await waitForRoom(600);
  await waiter.pollUntil(() => waiter.outcome !== undefined);
  const createdAfter = (jobOf(CREATE)!.createdAt - START) / 1000;

  expect(createdAfter).toBeGreaterThanOrEqual(600);
  expect(createdAfter).toBeLessThanOrEqual(600 + 450 + POLL_SECONDS);
  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', at: START + (createdAfter + 600) * 1000 });
});

it.each([
  ['', () => {}, () => world.lifecycle],
  [', whichever process looks', () => {}, () => world.process()],
  [', also after throttling', () => { world.personalize.faults.create.push({ error: THROTTLED() }); }, () => world.lifecycle],
])('costs a few calls: one to Personalize per look, and CloudFormation is asked right before a Create only%s', async (_, fault, processOf) => {
  fault();
  const waiter = await waitForRoom(1500);
  // which sees that there is no room
  if (creates() < 2) { await waiter.poll(processOf()); }
  const looks: [personalize: number, cloudFormation: number, creates: number][] = [];
  while (jobOf(CREATE) === undefined) {
    const before = [world.personalize.calls.length, world.stack.reads, creates()] as const;
    await waiter.poll(processOf());
    looks.push([world.personalize.calls.length - before[0], world.stack.reads - before[1], creates() - before[2]]);
    world.clock.advance(POLL_SECONDS);
  }

  expect(looks.filter(([personalize]) => personalize > 1)).toEqual([]);
  expect(looks.filter(([, cloudFormation, create]) => cloudFormation !== create)).toEqual([]);
  expect(looks.filter(([personalize]) => personalize > 0).length).toBeLessThan(looks.length / 6);
});

it('a deployment that does not wait for the job ends before CloudFormation gives up, however long the timeout is', async () => {
  world.personalize.concurrencyLimit = 0;
  const { status, at } = await world.run(createEvent(properties({ WaitForCompletion: 'false', TimeoutSeconds: '43200' })));

  expect([status, (at - START) / 1000]).toEqual(['FAILED', MAX_CUSTOM_RESOURCE_SECONDS]);
});

it('asks for room once in each turn of about five minutes, however often a process looks', async () => {
  world.personalize.concurrencyLimit = 0;
  await world.run(CREATE, 5);

  expect(creates()).toBeLessThanOrEqual(1 + TIMEOUT_SECONDS / 240);
});

it('jobs ask for room at different times', async () => {
  world.personalize.concurrencyLimit = 0;
  const attempts = new Set<number>();
  for (let index = 0; index < 40; index++) {
    const waiter = new Waiter(world, createEvent(properties({ JobNamePrefix: `Shop_Export${index}` })));
    await waiter.deliver();
    const [start, before] = [world.clock.now(), creates()];
    await waiter.pollUntil(() => creates() > before);
    attempts.add(world.clock.now() - start);
  }

  expect(attempts.size).toBeGreaterThan(5);
});

it('a timeout of minutes is enough, too', async () => {
  const waiter = await waitForRoom(240, createEvent(properties({ TimeoutSeconds: '600' })));
  await waiter.pollUntil(() => waiter.outcome !== undefined);

  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS' });
});

it('makes one job, and ends with it, even if each poll is another process\'s', async () => {
  const waiter = await waitForRoom(300);
  await waiter.pollUntil(() => waiter.outcome !== undefined, () => world.process());

  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE) });
  expect(world.personalize.jobs.size).toBe(2);
  expect(waiter.outcome!.at - jobOf(CREATE)!.createdAt).toBeLessThanOrEqual((300 + 330 + POLL_SECONDS) * 1000);
});

it('a request that does not wait for the job is complete when that is created', async () => {
  const waiter = await waitForRoom(300, createEvent(properties({ WaitForCompletion: 'false' })));
  await waiter.pollUntil(() => waiter.outcome !== undefined, () => world.process());

  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', at: jobOf(CREATE)!.createdAt });
});

it('is forgotten by a later request with the same name', async () => {
  const named = properties({ JobName: 'mine' });
  const refused = await waitForRoom(3600, createEvent(named, 'create-1'));
  const process = world.process();
  await refused.pollUntil(() => creates() > 1, () => process);
  Object.assign(world.personalize, { concurrencyLimit: 5, pendingSeconds: 0, runningSeconds: 0 });
  const waiter = new Waiter(world, createEvent(named, 'create-2'));
  await waiter.deliver();
  await waiter.pollUntil(() => waiter.outcome !== undefined, () => process);

  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', at: jobOf(waiter.event)!.createdAt });
});

it('fails at the timeout, without a job, in the words of the service', async () => {
  world.personalize.concurrencyLimit = 0;

  expect(await world.run(CREATE)).toMatchObject({
    at: START + TIMEOUT_SECONDS * 1000,
    reason: timedOutWithout('does not exist', 'LimitExceededException: More than 0 resources with PENDING or IN_PROGRESS status.'),
  });
  expect(world.personalize.jobs.size).toBe(0);
});

it('creates nothing once the time is over, even if there is room then', async () => {
  world.personalize.concurrencyLimit = 0;
  const waiter = new Waiter(world, CREATE);
  await waiter.deliver();
  world.clock.advance(TIMEOUT_SECONDS);
  world.personalize.concurrencyLimit = 5;
  await waiter.poll();

  expect(waiter.outcome).toMatchObject({ status: 'FAILED' });
  expect(world.personalize.jobs.size).toBe(0);
});

it('counts the timeout from the request, not from the creation of the job', async () => {
  const waiter = await waitForRoom(TIMEOUT_SECONDS - 600);
  await waiter.pollUntil(() => waiter.outcome !== undefined);

  expect(waiter.outcome).toMatchObject({ at: START + TIMEOUT_SECONDS * 1000, reason: timedOutWithout('exists', 'status CREATE IN_PROGRESS') });
});

describe('creates no job', () => {
  afterEach(() => { expect(jobOf(CREATE) ?? jobOf(UPDATE)).toBeUndefined(); });

  const refuse = async (event: OnEventRequest) => {
    world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
    const waiter = new Waiter(world, event);
    await waiter.deliver();
    return waiter;
  };

  it.each(['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_FAILED', 'CREATE_FAILED'])(
    'for a Create when the stack is %s, and fails', async status => {
      const waiter = await refuse(CREATE);
      world.stack.status = status;
      await waiter.pollUntil(() => waiter.outcome !== undefined);

      expect(waiter.outcome!.reason).toBe(rollingBack(world.contextOf(CREATE)).message);
    });

  it.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_FAILED'])(
    'for an Update when the stack is %s, and keeps the previous id', async status => {
      const waiter = await refuse(UPDATE);
      world.stack.status = status;
      await waiter.pollUntil(() => waiter.outcome !== undefined);

      expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
    });

  it('for an Update that was rolled back, in the next deployment', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    const waiter = await refuse(UPDATE);
    world.clock.advance(30);
    world.stack.operationBegan = world.clock.now();
    await waiter.pollUntil(() => waiter.outcome !== undefined);
  });

  it('while CloudFormation cannot be asked about the stack', async () => {
    world.stack.alwaysFault = serviceError('Throttling');
    const waiter = await refuse(CREATE);
    await waiter.pollUntil(() => waiter.outcome !== undefined);

    expect(waiter.outcome).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(creates()).toBe(1);
  });
});
