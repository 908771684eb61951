import type { OnEventRequest } from '../../lambda/events';
import { exportRequest, jobArn, jobNameOfArn } from '../../lambda/export-request';
import { jobNameOf } from '../../lambda/job-name';
import {
  createEvent, DATASET_ARN, deleteEvent, jobArnOf, KEY_ARN, OTHER_DATASET_ARN, PREVIOUS_ID, properties, ROLE_ARN, TIMEOUT_SECONDS, updateEvent,
  type Properties,
} from '../../tools/simulation/events';
import {
  ACCESS_DENIED, DENIED_FOR_GOOD, INSUFFICIENT_PRIVILEGES, INVALID_INPUT, LIMIT_EXCEEDED, networkError, NOT_FOUND, serviceError, THROTTLED,
} from '../../tools/simulation/fake-errors';
import { Waiter, World, type Outcome } from '../../tools/simulation/world';

const SETTLING_SECONDS = 120;
const POLL_SECONDS = 30;
const START = new World().clock.now();

const changed = properties({ IngestionMode: 'BULK' });
const CREATE = () => createEvent();
const UPDATE = () => updateEvent(properties(), changed);

/** What each error means for the export, written down here by hand from the behaviour table. */
type Meaning = 'waited out' | 'settles' | 'fails at once';
const CREATE_ERRORS: [string, () => Error, Meaning][] = [
  ...[
    'LimitExceededException', 'ResourceInUseException', 'ThrottlingException', 'Throttling', 'ThrottledException', 'TooManyRequestsException',
    'RequestLimitExceeded', 'RequestThrottled', 'RequestThrottledException', 'SlowDown', 'ProvisionedThroughputExceededException',
    'BandwidthLimitExceeded', 'PriorRequestNotComplete', 'RequestTimeout', 'RequestTimeoutException', 'ServiceUnavailable',
    'ServiceUnavailableException', 'InternalFailure', 'InternalServerError', 'InternalServerException', 'InternalError', 'TransactionInProgressException',
  ].map((name): [string, () => Error, Meaning] => [name, () => serviceError(name), 'waited out']),
  ['HTTP 500 without a name', () => serviceError('UnknownError', '', 500), 'waited out'],
  ['HTTP 503 from a proxy', () => serviceError('SyntaxError', 'Unexpected token <', 503), 'waited out'],
  ['a garbled answer', () => serviceError('SyntaxError', 'Unexpected end of JSON input', 200), 'waited out'],
  ['ECONNRESET', () => networkError('ECONNRESET'), 'waited out'],
  ['ETIMEDOUT', () => networkError('ETIMEDOUT'), 'waited out'],
  ['EAI_AGAIN', () => networkError('EAI_AGAIN'), 'waited out'],
  ['AccessDenied', ACCESS_DENIED, 'settles'],
  ['InvalidInput: Insufficient privileges', INSUFFICIENT_PRIVILEGES, 'settles'],
  ['UnrecognizedClientException', () => serviceError('UnrecognizedClientException'), 'settles'],
  ['ENOTFOUND', () => networkError('ENOTFOUND'), 'settles'],
  ['AccessDenied with an explicit deny', DENIED_FOR_GOOD, 'fails at once'],
  ['InvalidInput', INVALID_INPUT, 'fails at once'],
  ['ResourceNotFound: the dataset', NOT_FOUND, 'fails at once'],
  ['TooManyTags', () => serviceError('TooManyTagsException', 'Too many tags'), 'fails at once'],
];
/** Once a job is there, an endpoint that cannot be found is an outage like others. */
const DESCRIBE_ERRORS = CREATE_ERRORS.filter(([name]) => !name.startsWith('ResourceNotFound'))
  .map(([name, error, meaning]): [string, () => Error, Meaning] => [name, error, /^(ENOTFOUND|Unrecognized)/.test(name) ? 'waited out' : meaning]);

let world: World;
beforeEach(() => {
  world = new World();
  world.personalize.add(exportRequest(properties(), jobNameOfArn(PREVIOUS_ID)), START - 86_400_000);
});

const secondsUntil = (outcome: Outcome) => (outcome.at - START) / 1000;
const created = () => [...world.personalize.jobs.keys()].filter(arn => arn !== PREVIOUS_ID);
const creates = () => world.personalize.callsOf('create').length;

describe('a new export', () => {
  describe.each<[string, () => OnEventRequest]>([['Create', CREATE], ['Update', UPDATE]])('%s', (_, event) => {
    beforeEach(() => { world.stack.status = `${event().RequestType.toUpperCase()}_IN_PROGRESS`; });

    it('creates one job, waits for it and returns all attributes', async () => {
      const outcome = await world.run(event());

      expect(created()).toEqual([jobArnOf(event())]);
      expect(creates()).toBe(1);
      expect(outcome).toEqual({
        status: 'SUCCESS',
        reason: 'SUCCESS',
        physicalId: jobArnOf(event()),
        data: {
          DatasetExportJobArn: jobArnOf(event()),
          DatasetExportJobName: jobNameOf(event()),
          OutputUri: `s3://exports/personalize/${jobNameOf(event())}/`,
        },
        at: START + 300_000,
      });
    });

    it('asks for exactly the export of the properties', async () => {
      await world.run(event());

      expect(created().map(arn => world.personalize.jobs.get(arn)!.request)).toEqual([exportRequest(event().ResourceProperties, jobNameOf(event()))]);
    });

    it('fails when the job fails, in the words of Personalize', async () => {
      world.personalize.failureReason = 'Insufficient privileges for accessing data in Amazon S3.';
      const outcome = await world.run(event());

      // an update keeps the id of the job that succeeded
      expect(outcome).toMatchObject({ status: 'FAILED', physicalId: event().PhysicalResourceId ?? jobArnOf(event()), at: START + 300_000 });
      expect(outcome.reason).toMatch(/^Dataset export job failed \(CREATE FAILED\): Insufficient privileges for accessing data in Amazon S3\. /);
    });

    it('fails when the job fails without a reason', async () => {
      world.personalize.failureReason = '';

      expect((await world.run(event())).reason).toMatch(/^Dataset export job failed \(CREATE FAILED\): \(Personalize gave no reason\) /);
    });

    it('fails at the time limit with the last status, and says that the job goes on', async () => {
      world.personalize.heldStatus = 'CREATE IN_PROGRESS';
      const outcome = await world.run(event());

      expect(outcome).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
      expect(outcome.reason).toMatch(/^Dataset export job was not done within its timeout of 30 min: status CREATE IN_PROGRESS after 30 min\. The job continues/);
    });

    it('keeps waiting while the status is one that nobody has heard of', async () => {
      world.personalize.heldStatus = 'COPYING TO THE MOON';
      const outcome = await world.run(event());

      expect(outcome.at).toBe(START + TIMEOUT_SECONDS * 1000);
      expect(outcome.reason).toContain('status COPYING TO THE MOON after 30 min');
    });

    it('does not mind that Describe does not know the job yet', async () => {
      world.personalize.visibleAfterSeconds = SETTLING_SECONDS - 1;

      expect(await world.run(event())).toMatchObject({ status: 'SUCCESS' });
      expect(creates()).toBe(1);
    });

    it('fails when the job is gone for two minutes', async () => {
      world.personalize.visibleAfterSeconds = 36_000;
      const outcome = await world.run(event());

      expect(outcome).toMatchObject({ status: 'FAILED', at: START + SETTLING_SECONDS * 1000 });
      expect(outcome.reason).toMatch(/^Dataset export job is gone: /);
      expect(creates()).toBe(1);
    });

    it('fails at once when the job vanishes later on', async () => {
      const waiter = new Waiter(world, event());
      await waiter.deliver();
      world.clock.advance(600);
      world.personalize.jobs.clear();
      await waiter.poll();

      expect(waiter.outcome).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/^Dataset export job is gone: /) });
      expect(created()).toEqual([]);
    });

    it('fails at once when a property is not valid', async () => {
      const invalid = { ...event(), ResourceProperties: properties({ RoleArn: 'nobody' }) };
      const outcome = await world.run(invalid);

      expect(outcome).toMatchObject({ status: 'FAILED', physicalId: event().PhysicalResourceId, at: START });
      expect(outcome.reason).toMatch(/^role must have an ARN/);
      expect(creates()).toBe(0);
    });

    it('survives that everything goes wrong once', async () => {
      world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' }, { error: THROTTLED() });
      world.personalize.faults.describe.push({ error: serviceError('InternalFailure', 'oops', 500) }, { error: NOT_FOUND() }, { error: networkError('ETIMEDOUT') });
      world.stack.faults.push(undefined, serviceError('Throttling'));

      expect(await world.run(event())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event()) });
      expect(created()).toEqual([jobArnOf(event())]);
    });
  });
});

describe('duplicates', () => {
  it('two deliveries of a request make one job and two equal answers', async () => {
    const first = new Waiter(world, CREATE());
    const second = new Waiter(world, CREATE());
    await first.deliver();
    world.clock.advance(5);
    await second.deliver();
    world.clock.advance(600);
    await first.poll();
    await second.poll();

    expect(created()).toHaveLength(1);
    expect(first.outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()) });
    expect(second.outcome).toEqual(first.outcome);
  });

  it('two waiters that both have to create the job late make one', async () => {
    world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() }, { error: LIMIT_EXCEEDED() });
    const waiters = [new Waiter(world, CREATE()), new Waiter(world, CREATE())];
    for (const waiter of waiters) { await waiter.deliver(); }
    world.personalize.visibleAfterSeconds = 60;
    await waiters[0]!.pollUntil(() => creates() > 2);
    await waiters[1]!.poll();
    world.clock.advance(600);
    for (const waiter of waiters) { await waiter.pollUntil(() => waiter.outcome !== undefined); }

    expect(created()).toHaveLength(1);
    expect(waiters.map(waiter => waiter.outcome?.status)).toEqual(['SUCCESS', 'SUCCESS']);
  });

  it.each<[string, () => Error]>([
    ['ECONNRESET', () => networkError('ECONNRESET')], ['HTTP 500', () => serviceError('InternalFailure', 'oops', 500)],
    ['no answer in time', () => Object.assign(new Error('late'), { name: 'TimeoutError' })], ['a garbled answer', () => serviceError('SyntaxError', 'x', 200)],
  ])('a lost answer to Create (%s) makes one job', async (_, error) => {
    world.personalize.faults.create.push({ error: error(), effect: 'answer lost' });

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()), at: START + 300_000 });
    expect(created()).toHaveLength(1);
    expect(creates()).toBe(1);
  });

  it('a lost answer to Create and a Describe that lags behind make one job', async () => {
    world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
    world.personalize.visibleAfterSeconds = 100;

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS' });
    expect(created()).toHaveLength(1);
  });

  it('a retry that comes late is still the same job', async () => {
    // a whole hour is the longest that CloudFormation waits for a request
    world.personalize.add(exportRequest(properties(), jobNameOf(CREATE())), START - 3600_000);

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', at: START });
    expect(created()).toHaveLength(1);
  });
});

describe('LimitExceeded', () => {
  const waitForRoom = async (seconds: number, event = CREATE()) => {
    world.personalize.concurrencyLimit = 1;
    world.personalize.runningSeconds = seconds - 60;
    world.personalize.add({ ...exportRequest(properties(), 'theirs') });
    const waiter = new Waiter(world, event);
    await waiter.deliver();
    return waiter;
  };

  it('is waited out: the job is created within minutes after there is room', async () => {
    const waiter = await waitForRoom(600);
    await waiter.pollUntil(() => waiter.outcome !== undefined);
    const { createdAt } = world.personalize.jobs.get(jobArnOf(CREATE()))!;

    expect(waiter.outcome!.status).toBe('SUCCESS');
    expect((createdAt - START) / 1000).toBeGreaterThanOrEqual(600);
    expect((createdAt - START) / 1000).toBeLessThanOrEqual(600 + 450 + POLL_SECONDS);
    expect(secondsUntil(waiter.outcome!)).toBe((createdAt - START) / 1000 + 600);
  });

  it.each([
    ['', () => {}, () => world.lifecycle],
    [', whichever process looks', () => {}, () => world.process()],
    [', also after throttling', () => { world.personalize.faults.create.push({ error: THROTTLED() }); }, () => world.lifecycle],
  ])('costs a few calls: one to Personalize per look, and CloudFormation is asked right before a Create alone%s', async (_, fault, processOf) => {
    fault();
    const waiter = await waitForRoom(1500);
    // which sees that there is no room
    if (world.personalize.callsOf('create').length < 2) { await waiter.poll(processOf()); }
    const looks: [personalize: number, cloudFormation: number, creates: number][] = [];
    while (created().length < 2) {
      const before = [world.personalize.calls.length, world.stack.reads, creates()] as const;
      await waiter.poll(processOf());
      looks.push([world.personalize.calls.length - before[0], world.stack.reads - before[1], creates() - before[2]]);
      world.clock.advance(POLL_SECONDS);
    }

    expect(looks.filter(([personalize]) => personalize > 1)).toEqual([]);
    expect(looks.filter(([, cloudFormation, create]) => cloudFormation !== create)).toEqual([]);
    expect(looks.filter(([personalize]) => personalize > 0).length).toBeLessThan(looks.length / 6);
  });

  it('is asked for in attempts that jobs make at different times', async () => {
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

  it('is waited for at a time limit of minutes, too', async () => {
    const short = createEvent(properties({ TimeoutSeconds: '600' }));
    const waiter = await waitForRoom(240, short);
    await waiter.pollUntil(() => waiter.outcome !== undefined);

    expect(waiter.outcome).toMatchObject({ status: 'SUCCESS' });
  });

  it('makes one job, and ends with it, even if each look is another process\'s', async () => {
    const waiter = await waitForRoom(300);
    await waiter.pollUntil(() => waiter.outcome !== undefined, () => world.process());

    expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()) });
    expect(created()).toHaveLength(2);
    const { createdAt } = world.personalize.jobs.get(jobArnOf(CREATE()))!;
    expect(waiter.outcome!.at - createdAt).toBeLessThanOrEqual((300 + 330 + POLL_SECONDS) * 1000);
  });

  it('is over with the creation of the job if nobody waits for more', async () => {
    const waiter = await waitForRoom(300, createEvent(properties({ WaitForCompletion: 'false' })));
    await waiter.pollUntil(() => waiter.outcome !== undefined, () => world.process());

    expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', at: [...world.personalize.jobs.values()].at(-1)!.createdAt });
  });

  it('is forgotten by a later request with the same name', async () => {
    const refused = await waitForRoom(3600, createEvent(properties({ JobName: 'mine' }), 'create-1'));
    const process = world.process();
    await refused.pollUntil(() => creates() > 1, () => process);
    Object.assign(world.personalize, { concurrencyLimit: 5, pendingSeconds: 0, runningSeconds: 0 });
    const waiter = new Waiter(world, createEvent(properties({ JobName: 'mine' }), 'create-2'));
    await waiter.deliver();
    await waiter.pollUntil(() => waiter.outcome !== undefined, () => process);

    expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', at: world.personalize.jobs.get(jobArnOf(waiter.event))!.createdAt });
  });

  it('makes no job for a request that was rolled back, in the deployment after that', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    const waiter = await waitForRoom(300, UPDATE());
    world.clock.advance(30);
    world.stack.operationBegan = world.clock.now();
    await waiter.pollUntil(() => waiter.outcome !== undefined);

    expect(created()).toHaveLength(1);
  });

  it('fails at the time limit, without a job', async () => {
    world.personalize.concurrencyLimit = 0;
    const outcome = await world.run(CREATE());

    expect(outcome).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(outcome.reason).toMatch(/^Dataset export job was not done within its timeout of 30 min: .*Personalize has no job of this name\./);
    expect(created()).toEqual([]);
  });

  it('fails at the time limit in the words of the service, so that the user knows what to wait for', async () => {
    world.personalize.concurrencyLimit = 0;

    expect((await world.run(CREATE())).reason).toContain('LimitExceededException: More than 0 resources with PENDING or IN_PROGRESS status.');
  });

  it('does not claim that there is no job when it cannot know', async () => {
    world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
    world.personalize.heldStatus = 'CREATE IN_PROGRESS';
    const waiter = new Waiter(world, CREATE());
    await waiter.deliver();
    await waiter.pollUntil(() => created().length > 0);
    world.clock.advance(TIMEOUT_SECONDS);
    world.personalize.alwaysFault.describe = { error: THROTTLED() };
    await waiter.poll();

    expect(created()).toHaveLength(1);
    expect(waiter.outcome).toMatchObject({ status: 'FAILED', reason: expect.not.stringContaining('Personalize has no job') });
  });

  it('creates nothing once the time is over, even if there is room then', async () => {
    world.personalize.concurrencyLimit = 0;
    const waiter = new Waiter(world, CREATE());
    await waiter.deliver();
    world.clock.advance(TIMEOUT_SECONDS);
    world.personalize.concurrencyLimit = 5;
    await waiter.poll();

    expect(waiter.outcome).toMatchObject({ status: 'FAILED', reason: expect.stringContaining('Personalize has no job') });
    expect(created()).toEqual([]);
  });

  it('takes the job to have a time limit of its own request, not of its creation', async () => {
    const waiter = await waitForRoom(TIMEOUT_SECONDS - 600);
    await waiter.pollUntil(() => waiter.outcome !== undefined);

    expect(waiter.outcome).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(waiter.outcome!.reason).toContain('The job continues');
  });
});

describe('errors of Create', () => {
  describe.each<[string, () => OnEventRequest]>([['Create', CREATE], ['Update', UPDATE]])('%s', (_, event) => {
    beforeEach(() => { world.stack.status = `${event().RequestType.toUpperCase()}_IN_PROGRESS`; });

    it.each(CREATE_ERRORS.filter(([,, meaning]) => meaning !== 'fails at once'))('%s passes: one job', async (__, error) => {
      world.personalize.faults.create.push({ error: error() }, { error: error() });

      expect(await world.run(event())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event()) });
      expect(created()).toEqual([jobArnOf(event())]);
      expect(creates()).toBe(3);
    });

    it.each(CREATE_ERRORS)('fails if %s does not pass', async (__, error, meaning) => {
      world.personalize.alwaysFault.create = { error: error() };
      const outcome = await world.run(event());

      expect(outcome.status).toBe('FAILED');
      expect(created()).toEqual([]);
      const { name, message } = error();
      switch (meaning) {
        case 'waited out':
          expect(secondsUntil(outcome)).toBe(TIMEOUT_SECONDS);
          expect(outcome.reason).toMatch(/^Dataset export job was not done within its timeout/);
          break;
        case 'settles':
          expect(secondsUntil(outcome)).toBe(SETTLING_SECONDS);
          expect(outcome.reason).toContain(`Dataset export job could not be created: ${name}: ${message}`);
          expect(outcome.reason).toContain('The error persisted for 2 min');
          break;
        case 'fails at once':
          expect(secondsUntil(outcome)).toBe(0);
          expect(creates()).toBe(1);
          // an Update keeps its id, a Create gets the framework's marker
          expect(outcome.physicalId).toBe(event().PhysicalResourceId);
          expect(outcome.reason).toContain(`Dataset export job could not be created: ${name}: ${message}`);
      }
    });
  });

  it('fails at once if a terminal error comes when the job is created late', async () => {
    world.personalize.faults.create.push({ error: THROTTLED() }, { error: INVALID_INPUT() });
    const outcome = await world.run(CREATE());

    expect(outcome).toMatchObject({ status: 'FAILED', at: START });
    expect(outcome.reason).toContain(INVALID_INPUT().message);
  });
});

describe('errors of Describe', () => {
  it.each(DESCRIBE_ERRORS.filter(([,, meaning]) => meaning !== 'fails at once'))('%s passes', async (_, error) => {
    world.personalize.faults.describe.push({ error: error() }, { error: error() });

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', at: START + 300_000 });
    expect(creates()).toBe(1);
  });

  it.each(DESCRIBE_ERRORS)('fails if %s does not pass', async (_, error, meaning) => {
    world.personalize.alwaysFault.describe = { error: error() };
    const outcome = await world.run(CREATE());

    expect(outcome).toMatchObject({ status: 'FAILED', physicalId: jobArnOf(CREATE()) });
    expect(secondsUntil(outcome)).toBe({ 'waited out': TIMEOUT_SECONDS, 'settles': SETTLING_SECONDS, 'fails at once': 0 }[meaning]);
    // the words of the service, and that a job may be at work
    expect(outcome.reason).toContain(`${error().name}: ${error().message}`);
    expect(outcome.reason).toMatch(/The job continues|The job itself may be running/);
  });
});

it('does not log the value of a tag that the service repeats', async () => {
  world.personalize.alwaysFault.create = { error: serviceError('InvalidInputException', 'top-secret is not a tag') };
  const outcome = await world.run(createEvent(properties({ Tags: { team: 'top-secret' } })));

  expect(outcome.reason).toContain('top-secret is not a tag');
  expect(world.logLines.join('')).toContain('*** is not a tag');
  expect(world.logLines.join('')).not.toContain('top-secret');
});

describe('a name that is there already', () => {
  const named = properties({ JobName: 'mine' });
  const event = createEvent(named);

  it('is taken for ours when the inputs are the same', async () => {
    world.personalize.add(exportRequest(named, 'mine'), START - 60_000);

    expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArn(DATASET_ARN, 'mine'), at: START + 240_000 });
    expect(created()).toHaveLength(1);
  });

  it.each<[string, Partial<Properties>, string]>([
    ['dataset', { DatasetArn: OTHER_DATASET_ARN }, `dataset there is ${OTHER_DATASET_ARN}, here ${DATASET_ARN}`],
    ['ingestionMode', { IngestionMode: 'PUT' }, 'ingestionMode there is PUT, here ALL'],
    ['role', { RoleArn: `${ROLE_ARN}2` }, `role there is ${ROLE_ARN}2, here ${ROLE_ARN}`],
    ['bucket', { BucketName: 'other' }, 'destination there is s3://other/personalize/mine/, here s3://exports/personalize/mine/'],
    ['prefix', { Prefix: '' }, 'destination there is s3://exports/mine/, here s3://exports/personalize/mine/'],
    ['encryptionKey', { KmsKeyArn: `${KEY_ARN}2` }, `encryptionKey there is ${KEY_ARN}2, here ${KEY_ARN}`],
  ])('fails when it has another %s, and says so', async (_, overrides, words) => {
    world.personalize.add(exportRequest({ ...named, ...overrides }, 'mine'));
    const outcome = await world.run(event);

    expect(outcome).toMatchObject({ status: 'FAILED', at: START });
    expect(outcome.reason).toContain(`jobName "mine" is taken by another export: ${words}.`);
    expect(outcome.reason).toContain('Personalize never frees the name of an export job');
    expect(created()).toHaveLength(1);
  });

  it('fails when it has no key, and says so', async () => {
    world.personalize.add(exportRequest(properties({ JobName: 'mine', KmsKeyArn: undefined }), 'mine'));

    expect((await world.run(event)).reason).toContain(`encryptionKey there is not set, here ${KEY_ARN}`);
  });

  it('fails when it is older than any request could be', async () => {
    world.personalize.add(exportRequest(named, 'mine'), START - 3600_001);
    const outcome = await world.run(event);

    expect(outcome).toMatchObject({ status: 'FAILED', at: START });
    expect(outcome.reason).toContain('jobName "mine" is taken by another export: it was created at 2026-11-02T06:59:59.999Z, before this deployment.');
  });

  it('is ours whatever Personalize tells of it, when the name is a generated one', async () => {
    world.personalize.faults.create.push({ error: networkError('ECONNRESET'), effect: 'answer lost' });
    world.personalize.echo = ({ outputUri }) => ({ outputUri: `${outputUri}somewhere/else`, roleArn: 'another', ingestionMode: 'UNKNOWN' });

    expect(await world.run(CREATE())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(CREATE()) });
  });

  it('is the same whether or not the path that Personalize tells ends with a slash', async () => {
    world.personalize.add(exportRequest(named, 'mine'), START - 60_000);
    const { echo } = world.personalize;
    world.personalize.echo = request => ({ ...echo(request), outputUri: request.outputUri.replace(/\/$/, '') });

    expect(await world.run(event)).toMatchObject({ status: 'SUCCESS' });
  });

  it('takes the default ingestion mode and the same written out for equal', async () => {
    world.personalize.add(exportRequest(properties({ JobName: 'mine', IngestionMode: 'PUT' }), 'mine'));

    expect(await world.run(createEvent(properties({ JobName: 'mine', IngestionMode: undefined })))).toMatchObject({ status: 'SUCCESS' });
  });

  it('fails in the words of the job when it is ours and failed', async () => {
    world.personalize.failureReason = 'Broken.';
    world.personalize.add(exportRequest(named, 'mine'), START - 600_000);

    expect((await world.run(event)).reason).toContain('CREATE FAILED): Broken.');
  });
});

describe('Update', () => {
  beforeEach(() => { world.stack.status = 'UPDATE_IN_PROGRESS'; });

  it.each<[string, Partial<Properties>]>([
    ['dataset', { DatasetArn: OTHER_DATASET_ARN }],
    ['ingestionMode', { IngestionMode: 'BULK' }],
    ['jobName', { JobName: 'mine' }],
    ['role', { RoleArn: `${ROLE_ARN}2` }],
    ['bucket', { BucketName: 'other' }],
    ['prefix', { Prefix: 'other/' }],
    ['encryptionKey', { KmsKeyArn: `${KEY_ARN}2` }],
    ['trigger', { TriggerToken: '2' }],
  ])('of %s: a new job, a new physical id', async (_, overrides) => {
    const event = updateEvent(properties(), properties(overrides));

    expect(await world.run(event)).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event), data: { DatasetExportJobArn: jobArnOf(event) } });
    expect(created()).toEqual([jobArnOf(event)]);
    expect(jobArnOf(event)).not.toBe(event.PhysicalResourceId);
  });

  it.each<[string, Partial<Properties>]>([
    ['nothing', {}],
    ['tags', { Tags: { team: 'other' } }],
    ['timeout', { TimeoutSeconds: '60' }],
    ['the provider', { ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:Other' }],
  ])('of %s: the same physical id and attributes, no call to Create', async (_, overrides) => {
    const event = updateEvent(properties(), properties(overrides));

    expect(await world.run(event)).toEqual({
      status: 'SUCCESS',
      reason: 'SUCCESS',
      physicalId: PREVIOUS_ID,
      data: {
        DatasetExportJobArn: PREVIOUS_ID,
        DatasetExportJobName: 'Shop_Export0A1B2C3D_0123456789abcdef',
        OutputUri: 's3://exports/personalize/Shop_Export0A1B2C3D_0123456789abcdef/',
      },
      at: START,
    });
    expect(creates()).toBe(0);
  });

  describe('with a jobName that stays', () => {
    const before = properties({ JobName: 'mine' });
    const id = jobArn(DATASET_ARN, 'mine');

    it.each<[string, Partial<Properties>, string]>([
      ['an input', { IngestionMode: 'BULK' }, 'ingestionMode'],
      ['the trigger', { TriggerToken: '2' }, 'trigger'],
      ['two inputs', { Prefix: '', RoleArn: `${ROLE_ARN}2` }, 'role, prefix'],
    ])('fails when %s changes, and names it', async (_, overrides, names) => {
      const outcome = await world.run(updateEvent(before, { ...before, ...overrides }, id));

      expect(outcome).toMatchObject({ status: 'FAILED', physicalId: id, at: START });
      expect(outcome.reason).toContain(`jobName "mine" is used up by the previous export, and ${names} changed.`);
      expect(creates()).toBe(0);
    });

    it('succeeds when only tags change', async () => {
      expect(await world.run(updateEvent(before, { ...before, Tags: {} }, id))).toMatchObject({ status: 'SUCCESS', physicalId: id });
    });

    it.each<[string, Partial<Properties>]>([['an input', { IngestionMode: 'BULK' }], ['the trigger', { TriggerToken: '2' }]])(
      'fails when %s changes, even if CloudFormation could not be asked at first', async (_, overrides) => {
        world.personalize.add(exportRequest(before, 'mine'), START - 86_400_000);
        world.stack.faults.push(serviceError('Throttling'));
        const outcome = await world.run(updateEvent(before, { ...before, ...overrides }, id));

        expect(outcome).toMatchObject({ status: 'FAILED', physicalId: id });
        expect(outcome.reason).toContain('Personalize never frees the name');
        expect(creates()).toBe(0);
      });
  });

  it('goes on when CloudFormation may not be asked: one export too many does less harm than a stack that cannot be updated', async () => {
    world.stack.alwaysFault = serviceError('AccessDenied', 'not authorized to perform: cloudformation:DescribeStacks', 403);

    expect(await world.run(UPDATE())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(UPDATE()) });
    expect(world.personalize.jobs.get(jobArnOf(UPDATE()))!.createdAt).toBe(START + SETTLING_SECONDS * 1000);
  });

  it('waits until CloudFormation can be asked', async () => {
    world.stack.faults.push(serviceError('Throttling'), networkError('ECONNRESET'), serviceError('InternalFailure', 'x', 500));

    expect(await world.run(UPDATE())).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(UPDATE()) });
    expect(world.personalize.jobs.get(jobArnOf(UPDATE()))!.createdAt).toBe(START + 2 * POLL_SECONDS * 1000);
  });

  it('fails at the time limit when CloudFormation can never be asked, without a job', async () => {
    world.stack.alwaysFault = serviceError('Throttling');

    expect(await world.run(UPDATE())).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(created()).toEqual([]);
  });
});

describe('an update while the stack rolls back', () => {
  const ROLLBACKS: [string, OnEventRequest][] = [
    ['a generated name', updateEvent(changed, properties(), PREVIOUS_ID)],
    ['a jobName', updateEvent(properties({ JobName: 'new' }), properties({ JobName: 'old' }), jobArn(DATASET_ARN, 'new'))],
    ['the same jobName', updateEvent(properties({ JobName: 'mine', IngestionMode: 'BULK' }), properties({ JobName: 'mine' }), jobArn(DATASET_ARN, 'mine'))],
    ['properties that are not valid', updateEvent(changed, properties({ RoleArn: 'nobody' }), PREVIOUS_ID)],
  ];
  const THROTTLES: [string, (Error | undefined)[]][] = [
    ['at once', []],
    ['after one throttle', [serviceError('Throttling')]],
    ['after DNS and new credentials had settled', [networkError('ENOTFOUND'), serviceError('UnrecognizedClientException')]],
    ['after some trouble', [serviceError('Throttling'), networkError('ECONNRESET'), serviceError('ServiceUnavailable', '', 503)]],
  ];

  describe.each(ROLLBACKS)('with %s', (_, event) => {
    describe.each(THROTTLES)('that is known %s', (__, stackFaults) => {
      beforeEach(() => {
        world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
        world.stack.faults.push(...stackFaults);
      });

      it.each<[string, () => void]>([
        ['all is well', () => {}],
        ['both jobs failed', () => {
          world.personalize.failureReason = 'Broken.';
          for (const name of ['old', 'new', 'mine']) { world.personalize.add(exportRequest(properties(), name), START - 600_000); }
        }],
        ['Personalize throttles', () => { world.personalize.alwaysFault.describe = { error: THROTTLED() }; }],
        ['access was revoked', () => { world.personalize.alwaysFault.describe = { error: DENIED_FOR_GOOD() }; }],
      ])('keeps the physical id, creates nothing and succeeds when %s', async (___, prepare) => {
        prepare();
        const before = created();
        const outcome = await world.run(event);

        expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: event.PhysicalResourceId });
        expect(Object.keys(outcome.data!)).toEqual(['DatasetExportJobArn', 'DatasetExportJobName', 'OutputUri']);
        expect(outcome.data!.DatasetExportJobArn).toBe(event.PhysicalResourceId);
        expect(creates()).toBe(0);
        expect(created()).toEqual(before);
      });
    });
  });

  it('succeeds even if CloudFormation can only be asked when the time is over', async () => {
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    world.stack.faults.push(...Array.from({ length: TIMEOUT_SECONDS / POLL_SECONDS + 1 }, () => serviceError('Throttling')));

    expect(await world.run(updateEvent(changed, properties(), PREVIOUS_ID))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
    expect(creates()).toBe(0);
  });

  it('tells where the job that stays has written to', async () => {
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    const update = updateEvent(properties(), properties({ BucketName: 'other' }));
    world.personalize.add(exportRequest(update.ResourceProperties, jobNameOf(update)));
    const outcome = await world.run(updateEvent(update.ResourceProperties, properties(), jobArnOf(update), 'rollback'));

    expect(outcome.data!.OutputUri).toBe(`s3://other/personalize/${jobNameOf(update)}/`);
  });
});

describe('a job that could not be created while the request was open', () => {
  it.each(['ROLLBACK_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'DELETE_IN_PROGRESS', 'DELETE_FAILED', 'CREATE_FAILED'])(
    'is not created, and fails in words, when the stack is %s', async status => {
      world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
      const waiter = new Waiter(world, CREATE());
      await waiter.deliver();
      world.stack.status = status;
      await waiter.pollUntil(() => waiter.outcome !== undefined);

      expect(waiter.outcome).toMatchObject({ status: 'FAILED', reason: expect.stringMatching(/^Dataset export job was not created: the stack is rolling back/) });
      expect(created()).toEqual([]);
    });

  it.each(['UPDATE_ROLLBACK_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_FAILED'])(
    'is not created, and keeps the previous id, when the stack is %s', async status => {
      world.stack.status = 'UPDATE_IN_PROGRESS';
      world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
      const waiter = new Waiter(world, UPDATE());
      await waiter.deliver();
      world.stack.status = status;
      await waiter.pollUntil(() => waiter.outcome !== undefined);

      expect(waiter.outcome).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
      expect(created()).toEqual([]);
    });

  it('is not created while the stack cannot be asked', async () => {
    world.personalize.faults.create.push({ error: LIMIT_EXCEEDED() });
    world.stack.alwaysFault = serviceError('Throttling');

    expect(await world.run(CREATE())).toMatchObject({ status: 'FAILED', at: START + TIMEOUT_SECONDS * 1000 });
    expect(creates()).toBe(1);
  });
});

describe('Delete', () => {
  it.each([
    ['of a job', PREVIOUS_ID],
    ['of a job in another Region', 'arn:aws-cn:personalize:cn-north-1:111122223333:dataset-export-job/x'],
    ['that CloudFormation invented', 'Shop-Export5A1B2C3D-1QXZ5'],
    ['that marks a failed Create', 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED'],
    ['that is a request id', 'c0ffee00-1111-2222-3333-444455556666'],
    ['of one character', '-'],
  ])('succeeds at once, without any call, for an id %s', async (_, id) => {
    world.stack.alwaysFault = serviceError('AccessDenied');
    world.personalize.alwaysFault = { describe: { error: ACCESS_DENIED() }, create: { error: ACCESS_DENIED() } };

    expect(await world.run(deleteEvent(id))).toMatchObject({ status: 'SUCCESS', physicalId: id, at: START });
    expect(world.personalize.calls).toEqual([]);
    expect(world.stack.reads).toBe(0);
  });

  it('succeeds for properties that nobody understands any more', async () => {
    const strange = { ServiceToken: 'x', Something: 'else' } as unknown as Properties;

    expect(await world.run(deleteEvent(PREVIOUS_ID, strange))).toMatchObject({ status: 'SUCCESS', physicalId: PREVIOUS_ID });
  });
});

describe('request type x job state x error of Describe', () => {
  const REQUESTS: [string, OnEventRequest, string][] = [
    ['Create', createEvent(), 'CREATE_IN_PROGRESS'],
    ['Update of an input', UPDATE(), 'UPDATE_IN_PROGRESS'],
    ['Update of nothing', updateEvent(properties(), properties({ Tags: {} })), 'UPDATE_IN_PROGRESS'],
    ['Update in a rollback', updateEvent(changed, properties()), 'UPDATE_ROLLBACK_IN_PROGRESS'],
    ['Delete', deleteEvent(PREVIOUS_ID), 'DELETE_IN_PROGRESS'],
  ];
  const STATES = ['missing', 'CREATE PENDING', 'CREATE IN_PROGRESS', 'ACTIVE', 'CREATE FAILED', 'SOMETHING NEW'];
  const ERRORS: [string, (() => Error) | undefined, boolean][] = [
    ['no error', undefined, true],
    ['throttling', THROTTLED, true],
    ['HTTP 500', () => serviceError('InternalFailure', 'oops', 500), true],
    ['ECONNRESET', () => networkError('ECONNRESET'), true],
    ['AccessDenied', ACCESS_DENIED, true],
    ['AccessDenied with an explicit deny', DENIED_FOR_GOOD, false],
    ['InvalidInput', INVALID_INPUT, false],
    ['Insufficient privileges', INSUFFICIENT_PRIVILEGES, true],
    ['ResourceNotFound', NOT_FOUND, true],
    ['an error without a name', () => serviceError('UnknownError', 'what', 400), false],
  ];

  describe.each(REQUESTS)('%s', (request, event, stackStatus) => {
    describe.each(STATES)('x %s', state => {
      it.each(ERRORS)('x %s', async (_, error, passes) => {
        world.stack.status = stackStatus;
        world.personalize.failureReason = 'Broken.';
        if (state === 'missing') {
          world.personalize.visibleAfterSeconds = 36_000;
        } else {
          world.personalize.heldStatus = state;
        }
        // an update looks at the job that is there first
        if (request === 'Update of an input') { world.personalize.faults.describe.push(undefined); }
        if (error !== undefined) { world.personalize.faults.describe.push({ error: error() }); }

        const outcome = await world.run(event);

        if (request !== 'Create' && request !== 'Update of an input') {
          expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: event.PhysicalResourceId });
          expect(creates()).toBe(0);
          return;
        }
        expect(creates()).toBe(1);
        expect(outcome.physicalId).toBe(outcome.status === 'SUCCESS' ? jobArnOf(event) : event.PhysicalResourceId ?? jobArnOf(event));
        if (!passes) {
          expect(outcome).toMatchObject({ status: 'FAILED', at: START, reason: expect.stringContaining(`${error!().name}: ${error!().message}`) });
          return;
        }
        const afterError = error === undefined ? 0 : POLL_SECONDS;
        const [status, seconds, words] = {
          'missing': ['FAILED', SETTLING_SECONDS, /^Dataset export job is gone/],
          'CREATE PENDING': ['FAILED', TIMEOUT_SECONDS, /not done within its timeout of 30 min: status CREATE PENDING after/],
          'CREATE IN_PROGRESS': ['FAILED', TIMEOUT_SECONDS, /not done within its timeout of 30 min: status CREATE IN_PROGRESS after/],
          'SOMETHING NEW': ['FAILED', TIMEOUT_SECONDS, /not done within its timeout of 30 min: status SOMETHING NEW after/],
          'ACTIVE': ['SUCCESS', afterError, /^SUCCESS$/],
          'CREATE FAILED': ['FAILED', afterError, /^Dataset export job failed \(CREATE FAILED\): Broken\./],
        }[state] as [Outcome['status'], number, RegExp];
        expect([outcome.status, secondsUntil(outcome), outcome.reason]).toEqual([status, seconds, expect.stringMatching(words)]);
      });
    });
  });
});

describe('the log', () => {
  it('tells of each decision: request, resource, job and status, and no tag values', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    world.personalize.faults.create.push({ error: THROTTLED() });
    await world.run(UPDATE(), 200);

    expect(world.log.map(({ decision, status, detail }) => [decision, status ?? detail])).toEqual([
      ['described', 'ACTIVE'],
      ['other inputs', 'ingestionMode there is ALL, here BULK'],
      ['stack status', 'UPDATE_IN_PROGRESS'],
      ['create failed', expect.stringMatching(/^transient: ThrottlingException: /)],
      ['plan', 'export'],
      ['describe failed', expect.stringMatching(/^missing: ResourceNotFoundException: /)],
      ['stack status', 'UPDATE_IN_PROGRESS'],
      ['created', undefined],
      ['described', 'CREATE IN_PROGRESS'],
      ['described', 'ACTIVE'],
    ]);
    for (const line of world.log) {
      expect(line).toMatchObject({ requestId: 'update-1', logicalId: 'Export5A1B2C3D' });
    }
    expect(world.logLines.join('')).not.toContain('tag-value-of-ml');
  });
});
