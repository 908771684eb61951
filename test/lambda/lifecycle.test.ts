import type { OnEventRequest } from '../../lambda/events';
import { exportRequest } from '../../lambda/export-request';
import { jobNameOfArn } from '../../lambda/job';
import { jobNameOf } from '../../lambda/job-name';
import { jobFailed, jobGone, timedOut } from '../../lambda/messages';
import { createEvent, deleteEvent, jobArnOf, PREVIOUS_ID, properties, TIMEOUT_SECONDS, updateEvent, type Properties } from '../../tools/simulation/events';
import {
  ACCESS_DENIED, DENIED_FOR_GOOD, INSUFFICIENT_PRIVILEGES, INVALID_INPUT, LIMIT_EXCEEDED, networkError, NOT_FOUND, serviceError, THROTTLED,
} from '../../tools/simulation/fake-errors';
import { Waiter, World, type Outcome } from '../../tools/simulation/world';

// A request that starts an export, whether it is a Create or an Update; and a Delete.

const SETTLING_SECONDS = 120;
const START = new World().clock.now();

const CREATE = () => createEvent();
const UPDATE = () => updateEvent(properties(), properties({ IngestionMode: 'BULK' }));

let world: World;
beforeEach(() => {
  world = new World();
  world.addJob(properties(), jobNameOfArn(PREVIOUS_ID), START - 86_400_000);
});

const secondsUntil = (outcome: Outcome) => (outcome.at - START) / 1000;
const created = () => [...world.personalize.jobs.keys()].filter(arn => arn !== PREVIOUS_ID);
const creates = () => world.personalize.callsOf('create').length;

/** What each error means for the export. */
type Meaning = 'passes' | 'settles' | 'stays';
const ERRORS: [string, () => Error, Meaning][] = [
  ['LimitExceeded', LIMIT_EXCEEDED, 'passes'],
  ['ResourceInUse', () => serviceError('ResourceInUseException'), 'passes'],
  ['throttling', THROTTLED, 'passes'],
  ['HTTP 500 without a name', () => serviceError('UnknownError', '', 500), 'passes'],
  ['a garbled response', () => serviceError('SyntaxError', 'Unexpected end of JSON input', 200), 'passes'],
  ['ECONNRESET', () => networkError('ECONNRESET'), 'passes'],
  ['AccessDenied', ACCESS_DENIED, 'settles'],
  ['InvalidInput: Insufficient privileges', INSUFFICIENT_PRIVILEGES, 'settles'],
  ['AccessDenied with an explicit deny', DENIED_FOR_GOOD, 'stays'],
  ['InvalidInput', INVALID_INPUT, 'stays'],
];
const OF_NEW_CREDENTIALS: [string, () => Error][] = [
  ['UnrecognizedClientException', () => serviceError('UnrecognizedClientException')],
  ['ENOTFOUND', () => networkError('ENOTFOUND')],
];

describe.each<[string, () => OnEventRequest]>([['Create', CREATE], ['Update', UPDATE]])('%s', (type, event) => {
  beforeEach(() => { world.stack.status = `${type.toUpperCase()}_IN_PROGRESS`; });

  it('creates one job of exactly the properties, waits for it and returns all attributes', async () => {
    const outcome = await world.run(event());

    expect(created()).toEqual([jobArnOf(event())]);
    expect(creates()).toBe(1);
    const request = exportRequest(event().ResourceProperties, jobNameOf(event()), new Date(START));
    expect(world.personalize.jobs.get(jobArnOf(event()))!.request).toEqual(request);
    expect(outcome).toEqual({
      status: 'SUCCESS',
      reason: 'SUCCESS',
      physicalId: jobArnOf(event()),
      data: {
        DatasetExportJobArn: jobArnOf(event()),
        DatasetExportJobName: jobNameOf(event()),
        OutputUri: `s3://exports/personalize/dataset_group=shop/dataset=INTERACTIONS/date=2026-11-02/${jobNameOf(event())}/`,
        ObjectCount: '2',
        ObjectBytes: '5000',
      },
      at: START + 300_000,
    });
  });

  it.each(['Insufficient privileges for accessing data in Amazon S3.', ''])('fails when the job fails, with the reason "%s"', async reason => {
    Object.assign(world.personalize, { failureReason: reason, runningSeconds: 240 });
    const outcome = await world.run(event());

    // an update keeps the id of the job that succeeded
    expect(outcome).toMatchObject({ status: 'FAILED', physicalId: event().PhysicalResourceId ?? jobArnOf(event()), at: START + 300_000 });
    expect(outcome.reason).toBe(jobFailed(world.contextOf(event()), reason, 1).message);
  });

  it.each(['CREATE IN_PROGRESS', 'COPYING TO THE MOON'])('fails at the timeout with the last status, %s', async status => {
    world.personalize.heldStatus = status;
    const outcome = await world.run(event());

    expect(secondsUntil(outcome)).toBe(TIMEOUT_SECONDS);
    expect(outcome.reason).toBe(timedOut(world.contextOf(event()), `status ${status}`, TIMEOUT_SECONDS, TIMEOUT_SECONDS, 'exists').message);
  });

  it('does not mind that Describe does not know the job yet', async () => {
    world.personalize.visibleAfterSeconds = SETTLING_SECONDS - 1;

    expect(await world.run(event())).toMatchObject({ status: 'SUCCESS' });
    expect(creates()).toBe(1);
  });

  it('fails when the job is gone for two minutes', async () => {
    world.personalize.visibleAfterSeconds = 36_000;

    const reason = jobGone(world.contextOf(event()), SETTLING_SECONDS).message;
    expect(await world.run(event())).toMatchObject({ reason, at: START + SETTLING_SECONDS * 1000 });
    expect(creates()).toBe(1);
  });

  it('fails at once when the job disappears later on', async () => {
    const waiter = new Waiter(world, event());
    await waiter.deliver();
    world.clock.advance(600);
    world.personalize.jobs.clear();
    await waiter.poll();

    expect(waiter.outcome!.reason).toBe(jobGone(world.contextOf(event()), 600).message);
    expect(created()).toEqual([]);
  });

  it('fails at once when a property is not valid', async () => {
    const outcome = await world.run({ ...event(), ResourceProperties: properties({ RoleArn: 'nobody' }) });

    expect(outcome).toMatchObject({ status: 'FAILED', physicalId: event().PhysicalResourceId, at: START, reason: expect.stringMatching(/^role .*"nobody"/) });
    expect(creates()).toBe(0);
  });

  describe.each([...ERRORS, ...OF_NEW_CREDENTIALS.map(([name, error]): typeof ERRORS[number] => [name, error, 'settles']), ['ResourceNotFound', NOT_FOUND, 'stays'] as const])(
    'when creating the job fails with %s', (_, error, meaning) => {
      if (meaning !== 'stays') {
        it('creates one job if that passes', async () => {
          world.personalize.faults.create.push({ error: error() }, { error: error() });

          expect(await world.run(event())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event()) });
          expect(created()).toEqual([jobArnOf(event())]);
          expect(creates()).toBe(3);
        });
      }

      it('fails with the words of the service if that does not pass', async () => {
        world.personalize.alwaysFault.create = { error: error() };
        const outcome = await world.run(event());

        expect(secondsUntil(outcome)).toBe({ passes: TIMEOUT_SECONDS, settles: SETTLING_SECONDS, stays: 0 }[meaning]);
        // an Update keeps its id, a Create that fails at once gets the framework's marker
        expect(outcome.physicalId).toBe(meaning === 'stays' ? event().PhysicalResourceId : event().PhysicalResourceId ?? jobArnOf(event()));
        expect(outcome.reason).toContain(`${error().name}: ${error().message}`);
        expect(created()).toEqual([]);
        if (meaning === 'stays') { expect(creates()).toBe(1); }
      });
    });

  // once a job is there, an endpoint that cannot be reached is an outage like others
  describe.each([...ERRORS, ...OF_NEW_CREDENTIALS.map(([name, error]): typeof ERRORS[number] => [name, error, 'passes'])])(
    'when describing the job fails with %s', (_, error, meaning) => {
      // an update describes the job that is there first
      beforeEach(() => { if (type === 'Update') { world.personalize.faults.describe.push(undefined); } });

      if (meaning !== 'stays') {
        it('does not mind if that passes', async () => {
          world.personalize.faults.describe.push({ error: error() }, { error: error() });

          expect(await world.run(event())).toMatchObject({ status: 'SUCCESS', at: START + 300_000 });
          expect(creates()).toBe(1);
        });
      }

      it('fails with the words of the service if that does not pass', async () => {
        world.personalize.alwaysFault.describe = { error: error() };
        const outcome = await world.run(event());

        expect(outcome).toMatchObject({ status: 'FAILED', physicalId: event().PhysicalResourceId ?? jobArnOf(event()) });
        expect(secondsUntil(outcome)).toBe({ passes: TIMEOUT_SECONDS, settles: SETTLING_SECONDS, stays: 0 }[meaning]);
        expect(outcome.reason).toContain(`${error().name}: ${error().message}`);
      });
    });

  it('survives that everything goes wrong once', async () => {
    world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' }, { error: THROTTLED() });
    world.personalize.faults.describe.push({ error: serviceError('InternalFailure', 'oops', 500) }, { error: NOT_FOUND() }, { error: networkError('ETIMEDOUT') });
    world.stack.faults.push(undefined, serviceError('Throttling'));

    expect(await world.run(event())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event()) });
    expect(created()).toEqual([jobArnOf(event())]);
  });
});

it('waits for 55 minutes by default', async () => {
  world.personalize.heldStatus = 'CREATE IN_PROGRESS';

  expect(secondsUntil(await world.run(createEvent(properties({ TimeoutSeconds: undefined }))))).toBe(3300);
});

it('fails at once if an error that stays comes when the job is created late', async () => {
  world.personalize.faults.create.push({ error: THROTTLED() }, { error: INVALID_INPUT() });

  expect(await world.run(CREATE())).toMatchObject({ status: 'FAILED', at: START, reason: expect.stringContaining(INVALID_INPUT().message) });
});

it('does not claim to know whether there is a job when the response to its creation is lost', async () => {
  world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
  world.personalize.alwaysFault.describe = { error: THROTTLED() };

  expect((await world.run(CREATE())).reason)
    .toBe(timedOut(world.contextOf(CREATE()), 'ThrottlingException: Rate exceeded', TIMEOUT_SECONDS, TIMEOUT_SECONDS, 'may exist').message);
});

describe('one job, although', () => {
  afterEach(() => { expect(created()).toEqual([jobArnOf(CREATE())]); });

  it('the request is delivered twice', async () => {
    const [first, second] = [new Waiter(world, CREATE()), new Waiter(world, CREATE())];
    await first.deliver();
    world.clock.advance(5);
    await second.deliver();
    world.clock.advance(600);
    await first.poll();
    await second.poll();

    expect(first.outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()) });
    expect(second.outcome).toEqual(first.outcome);
  });

  it('two waiters have to create it late', async () => {
    world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() }, { error: LIMIT_EXCEEDED() });
    const waiters = [new Waiter(world, CREATE()), new Waiter(world, CREATE())];
    for (const waiter of waiters) { await waiter.deliver(); }
    world.personalize.visibleAfterSeconds = 60;
    await waiters[0]!.pollUntil(() => creates() > 2);
    await waiters[1]!.poll();
    world.clock.advance(600);
    for (const waiter of waiters) { await waiter.pollUntil(() => waiter.outcome !== undefined); }

    expect(waiters.map(waiter => waiter.outcome?.status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  it.each([0, 100])('the response to its creation is lost, and Describe lags behind by %d s', async seconds => {
    world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
    world.personalize.visibleAfterSeconds = seconds;

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', at: START + 300_000 });
  });

  it('a delivery is repeated after an hour, the longest that CloudFormation waits for a request', async () => {
    world.addJob(properties(), jobNameOf(CREATE()), START - 3600_000);

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', at: START });
  });

  it('Personalize tells other inputs: a generated name is ours', async () => {
    world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
    world.personalize.echo = ({ outputUri }) => ({ outputUri: `${outputUri}somewhere/else`, roleArn: 'another', ingestionMode: 'UNKNOWN' });

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()) });
  });
});

describe('Delete', () => {
  it.each([PREVIOUS_ID, 'Shop-Export5A1B2C3D-1QXZ5', 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED', '-'])('succeeds at once, without a call, for the id %s', async id => {
    expect(await world.run(deleteEvent(id))).toMatchObject({ status: 'SUCCESS', physicalId: id, at: START });
    expect(world.personalize.calls).toEqual([]);
    expect(world.stack.reads).toBe(0);
  });

  it('succeeds for properties that nobody understands any more', async () => {
    const strange = { ServiceToken: 'x', Something: 'else' } as unknown as Properties;

    expect(await world.run(deleteEvent(PREVIOUS_ID, strange))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
  });
});

describe('the log', () => {
  it('tells what happened to which request, resource and job', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    world.personalize.faults.create.push({ error: THROTTLED() });
    await world.run(UPDATE(), 200);

    for (const line of world.log) { expect(line).toMatchObject({ requestId: 'update-1', logicalId: 'Export5A1B2C3D' }); }
    const facts = world.log.map(({ jobArn, status, detail }) => [jobArn, status, detail].join(' '));
    for (const fact of [`${PREVIOUS_ID} ACTIVE`, 'ingestionMode', 'UPDATE_IN_PROGRESS', 'ThrottlingException: Rate exceeded', `${jobArnOf(UPDATE())} ACTIVE`]) {
      expect(facts).toContainEqual(expect.stringContaining(fact));
    }
  });

  it('has no tag values, even if the service repeats them', async () => {
    world.personalize.alwaysFault.create = { error: serviceError('InvalidInputException', 'top-secret is not a tag') };
    const outcome = await world.run(createEvent(properties({ Tags: { team: 'top-secret', empty: '' } })));

    expect(outcome.reason).toContain('top-secret is not a tag');
    expect(world.logLines.join('')).toContain('*** is not a tag');
    expect(world.logLines.join('')).not.toContain('top-secret');
  });

  it('is one line of JSON per message, whatever is in it', async () => {
    world.personalize.failureReason = 'x';
    world.personalize.alwaysFault.create = { error: serviceError('InvalidInputException', 'first "line"\nsecond\u2028third') };
    await world.run(CREATE());

    for (const line of world.logLines) { expect(line.indexOf('\n')).toBe(line.length - 1); }
    expect(world.log[0]).toMatchObject({
      timestamp: '2026-11-02T08:00:00.000Z', level: 'INFO', message: expect.any(String), detail: expect.stringContaining('first "line"\nsecond\u2028third'),
    });
  });
});
