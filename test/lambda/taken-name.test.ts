import { jobArn } from '../../lambda/job';
import { jobFailed, nameTaken } from '../../lambda/messages';
import { createEvent, DATASET_ARN, KEY_ARN, OTHER_DATASET_ARN, properties, ROLE_ARN, type Properties } from '../../tools/simulation/events';
import { LIMIT_EXCEEDED } from '../../tools/simulation/fake-errors';
import { Waiter, World } from '../../tools/simulation/world';

// Personalize has a job of the user's name already: it may be anybody's.

const START = new World().clock.now();
const named = properties({ JobName: 'mine' });
const event = createEvent(named);
const FOLDER = 'dataset_group=shop/dataset=INTERACTIONS/date=2026-11-02/mine/';

let world: World;
beforeEach(() => { world = new World(); });
afterEach(() => { expect(world.personalize.jobs.size).toBe(1); });

it.each(['/', ''])('is taken for ours when its inputs are the same, and its path ends with "%s"', async end => {
  world.addJob(named, 'mine', START - 60_000);
  const { echo } = world.personalize;
  world.personalize.echo = request => ({ ...echo(request), outputUri: request.outputUri.replace(/\/$/, end) });

  expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArn(DATASET_ARN, 'mine'), at: START + 240_000 });
});

it('is taken for ours when it has the default ingestion mode and we name it', async () => {
  world.addJob(properties({ JobName: 'mine', IngestionMode: undefined }), 'mine');

  expect(await world.run(createEvent(properties({ JobName: 'mine', IngestionMode: 'PUT' })))).toMatchObject({ status: 'SUCCESS' });
});

it('fails in the words of the job when it is ours and failed', async () => {
  world.personalize.failureReason = 'Broken.';
  world.addJob(named, 'mine', START - 600_000);

  expect((await world.run(event)).reason).toBe(jobFailed(world.contextOf(event), 'Broken.', 1).message);
});

describe('fails at once', () => {
  it.each<[string, Partial<Properties>, string, string]>([
    ['dataset', { DatasetArn: OTHER_DATASET_ARN }, OTHER_DATASET_ARN, DATASET_ARN],
    ['ingestionMode', { IngestionMode: 'PUT' }, 'PUT', 'ALL'],
    ['role', { RoleArn: `${ROLE_ARN}2` }, `${ROLE_ARN}2`, ROLE_ARN],
    ['destination', { BucketName: 'other' }, `s3://other/personalize/${FOLDER}`, `s3://exports/personalize/${FOLDER}`],
    ['destination', { Prefix: '' }, `s3://exports/${FOLDER}`, `s3://exports/personalize/${FOLDER}`],
    ['encryptionKey', { KmsKeyArn: `${KEY_ARN}2` }, `${KEY_ARN}2`, KEY_ARN],
    ['encryptionKey', { KmsKeyArn: undefined }, 'not set', KEY_ARN],
  ])('when it has another %s, and tells both values', async (prop, overrides, theirs, ours) => {
    world.addJob({ ...named, ...overrides } as Properties, 'mine');
    const outcome = await world.run(event);

    expect(outcome).toMatchObject({ status: 'FAILED', at: START });
    for (const fact of ['jobName "mine"', prop, `${theirs} `, `${ours})`]) { expect(outcome.reason).toContain(fact); }
  });

  it('when it is older than any request can get', async () => {
    world.addJob(named, 'mine', START - 3600_001);

    expect(await world.run(event)).toMatchObject({
      at: START, reason: nameTaken(world.contextOf(event), ['it was created at 2026-11-02T06:59:59.999Z, before this deployment']).message,
    });
  });
});

it('is found late, too', async () => {
  world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
  const waiter = new Waiter(world, event);
  await waiter.deliver();
  world.addJob(properties({ JobName: 'mine', IngestionMode: 'PUT' }), 'mine');
  await waiter.pollUntil(() => waiter.outcome !== undefined);

  expect(waiter.outcome).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/"mine".*ingestionMode.*PUT.*ALL/) });
});
