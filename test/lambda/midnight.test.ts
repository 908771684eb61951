import { createEvent, jobArnOf, properties, TIMEOUT_SECONDS } from '../../tools/simulation/events';
import { LIMIT_EXCEEDED, networkError } from '../../tools/simulation/fake-errors';
import { Waiter, World } from '../../tools/simulation/world';

// A job's folder has the date of its creation, whatever the date is when somebody looks at it.

const MIDNIGHT = Date.parse('2026-11-03T00:00:00Z');
const EVENT = createEvent();
const BACKGROUND = createEvent(properties({ WaitForCompletion: 'false' }));

let world: World;
beforeEach(() => {
  world = new World();
  world.clock.time = MIDNIGHT - 10_000;
});

/** Whatever happens, the attribute is where the job writes. */
async function end(waiter: Waiter): Promise<string> {
  await waiter.pollUntil(() => waiter.outcome !== undefined);
  const { outputUri } = world.personalize.jobs.get(jobArnOf(EVENT))!.request;
  expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', data: { OutputUri: outputUri } });
  return /date=([\d-]+)/.exec(outputUri)![1]!;
}

async function delivered(event = EVENT): Promise<Waiter> {
  const waiter = new Waiter(world, event);
  await waiter.deliver();
  return waiter;
}

it('the job is created before midnight, and done after it', async () => {
  expect(await end(await delivered())).toBe('2026-11-02');
});

it('nobody waits for the job, or asks Personalize, and the next poll is after midnight', async () => {
  const waiter = await delivered(BACKGROUND);
  world.clock.advance(30);

  expect(await end(waiter)).toBe('2026-11-02');
  expect(world.personalize.callsOf('describe')).toEqual([]);
});

it.each([['EVENT', EVENT], ['BACKGROUND', BACKGROUND]])('the answer to the creation is lost before midnight: %s', async (_, event) => {
  world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
  const waiter = await delivered(event);
  world.clock.advance(30);

  expect(await end(waiter)).toBe('2026-11-02');
});

it.each([['EVENT', EVENT], ['BACKGROUND', BACKGROUND]])('the request is delivered again after midnight: %s', async (_, event) => {
  const first = await delivered(event);
  world.clock.advance(30);
  const second = await delivered(event);

  expect(await end(first)).toBe('2026-11-02');
  expect(await end(second)).toBe('2026-11-02');
});

it.each([['EVENT', EVENT], ['BACKGROUND', BACKGROUND]])('Personalize has room for the job only after midnight: %s', async (_, event) => {
  world.personalize.alwaysFault.create = { error: LIMIT_EXCEEDED() };
  const waiter = await delivered(event);
  world.clock.advance(TIMEOUT_SECONDS / 4);
  await waiter.poll();
  world.personalize.alwaysFault = {};

  expect(await end(waiter)).toBe('2026-11-03');
});

it('Personalize tells neither path nor time: the date is that of the request', async () => {
  world.personalize.echo = () => ({ outputUri: undefined, createdAt: undefined });

  expect(await end(await delivered())).toBe('2026-11-02');
});

it('the event of a job names its folder, although its observation begins after midnight', async () => {
  const inputs: string[] = [];
  world.outcomes = { start: async (__, input) => { inputs.push(input); } };
  const first = new Waiter(world, EVENT);
  await first.deliver(); // by a process without events
  world.clock.advance(30);
  await first.poll(world.process());

  expect(JSON.parse(inputs[0]!)).toMatchObject({ outputUri: expect.stringContaining('/date=2026-11-02/') });
});
