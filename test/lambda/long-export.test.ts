import { createEvent, jobArnOf, PREVIOUS_ID, properties, updateEvent, type Properties } from './events';
import { networkError, serviceError } from './fake-errors';
import { World } from './world';
import type { OnEventRequest } from '../../lambda/events';

const HOUR = 3600;
const HANDLE = 'https://cloudformation-waitcondition-eu-west-1.s3.eu-west-1.amazonaws.com/handle-1?Signature=secret';
const OTHER_HANDLE = HANDLE.replace('handle-1', 'handle-2');
const POLLER_ARN = 'arn:aws:states:eu-west-1:111122223333:stateMachine:LongExports';

const long = (overrides: Parameters<typeof properties>[0] = {}): Properties => properties({
  TimeoutSeconds: String(6 * HOUR), WaitHandleUrl: HANDLE, PollerArn: POLLER_ARN, ...overrides,
});

let world: World;
beforeEach(() => { world = new World(); });

/** The signals that ended the wait, with how long it took. */
async function signalsOf(event: OnEventRequest): Promise<{ handleUrl: string; Status: string; Reason: string; hours: number }[]> {
  const start = world.clock.now();
  const outcome = await world.run(event);
  expect(outcome.status).toBe('SUCCESS');
  if (world.poller.executions.has(event.RequestId)) {
    await world.poller.run(world.longExport, event.RequestId);
  }
  return world.poller.signals.map(({ handleUrl, Status, Reason, at }) => ({ handleUrl, Status, Reason, hours: (at - start) / HOUR / 1000 }));
}

describe('a long export', () => {
  it('answers CloudFormation when the state machine has it', async () => {
    world.personalize.runningSeconds = 3 * HOUR;
    const event = createEvent(long());
    const start = world.clock.now();
    const outcome = await world.run(event);

    expect(outcome).toMatchObject({ status: 'SUCCESS', physicalId: jobArnOf(event), at: start });
    expect(outcome.data).toMatchObject({ DatasetExportJobArn: jobArnOf(event) });
    expect(world.poller.signals).toEqual([]);
  });

  it('signals when the job is done, hours later', async () => {
    world.personalize.runningSeconds = 3 * HOUR;
    const signals = await signalsOf(createEvent(long()));
    expect(signals).toEqual([{ handleUrl: HANDLE, Status: 'SUCCESS', Reason: 'Dataset export job is ACTIVE', hours: expect.closeTo(3, 0) }]);
    expect(world.personalize.callsOf('create')).toHaveLength(1);
  });

  it('signals the failure in the words that a short wait would give', async () => {
    world.personalize.runningSeconds = 2 * HOUR;
    world.personalize.failureReason = 'Insufficient privileges for accessing data in Amazon S3.';
    const [signal, ...others] = await signalsOf(createEvent(long()));

    expect(others).toEqual([]);
    expect(signal).toMatchObject({ Status: 'FAILURE', hours: expect.closeTo(2, 0) });
    expect(signal!.Reason).toContain('Dataset export job failed (CREATE FAILED): Insufficient privileges for accessing data in Amazon S3.');
  });

  it('signals that its time is over, before CloudFormation gives up', async () => {
    world.personalize.runningSeconds = 20 * HOUR;
    const [signal] = await signalsOf(createEvent(long({ TimeoutSeconds: String(12 * HOUR) })));

    expect(signal!.Status).toBe('FAILURE');
    expect(signal!.Reason).toContain('Dataset export job was not done within its timeout of 715 min: status CREATE IN_PROGRESS');
    expect(signal!.hours).toBeLessThan(12);
    expect(signal!.hours).toBeGreaterThan(11.8);
  });

  it('waits for room, and survives what passes', async () => {
    world.personalize.faults.create.push({ error: serviceError('LimitExceededException') }, { error: serviceError('ThrottlingException') });
    world.personalize.faults.describe.push({ error: networkError('ECONNRESET') });
    const signals = await signalsOf(createEvent(long()));

    expect(signals.map(({ Status }) => Status)).toEqual(['SUCCESS']);
    expect(world.personalize.jobs.size).toBe(1);
  });

  it('is handed over once, however often its request is delivered', async () => {
    const event = createEvent(long());
    await world.run(event);
    await world.run(event);
    expect(world.poller.executions.size).toBe(1);
    expect(world.personalize.jobs.size).toBe(1);
  });

  it('signals again when a signal is lost, each time as the same one', async () => {
    world.poller.signalFaults.push(serviceError('SignalFailed', 'HTTP 503', 503), networkError('ECONNRESET'));
    const event = createEvent(long());
    const signals = await signalsOf(event);
    expect(signals.map(({ Status }) => Status)).toEqual(['SUCCESS']);
    expect(world.poller.signals[0]!.UniqueId).toBe(event.RequestId);
  });

  it('signals a failure when the state machine itself cannot go on', async () => {
    const event = createEvent(long());
    await world.run(event);
    const input = world.poller.executions.get(event.RequestId)!;
    expect(await world.longExport.poll({ ...input, Trouble: { Error: 'Lambda.TooManyRequestsException', Cause: 'Rate exceeded' } })).toEqual({ Done: true });
    expect(world.poller.signals).toMatchObject([{ Status: 'FAILURE' }]);
    expect(world.poller.signals[0]!.Reason)
      .toMatch(/^The state machine that watches long exports failed: Lambda.TooManyRequestsException: Rate exceeded\. .*Job: arn:aws:personalize/);
  });

  it('does not signal when the stack is rolling back: nobody waits any more', async () => {
    const event = createEvent(long());
    await world.run(event);
    world.stack.status = 'ROLLBACK_IN_PROGRESS';
    await world.poller.run(world.longExport, event.RequestId);
    expect(world.poller.signals).toEqual([]);
  });

  it('creates no job after its stack began to roll back', async () => {
    world.personalize.alwaysFault.create = { error: serviceError('LimitExceededException') };
    const event = createEvent(long());
    await world.run(event);
    world.personalize.alwaysFault.create = undefined;
    world.stack.status = 'ROLLBACK_IN_PROGRESS';
    await world.poller.run(world.longExport, event.RequestId);
    expect(world.personalize.jobs.size).toBe(0);
    expect(world.poller.signals).toEqual([]);
  });

  it('keeps the response URL out of the state machine\'s history', async () => {
    const event = { ...createEvent(long()), ResponseURL: 'https://response.example/?Signature=secret' } as OnEventRequest;
    await world.run(event);
    expect(JSON.stringify(world.poller.executions.get(event.RequestId))).not.toContain('response.example');
  });

  it('keeps the handle out of the log', async () => {
    await signalsOf(createEvent(long()));
    expect(world.logLines.join('')).not.toContain('Signature');
    expect(world.logLines.join('')).toContain('"decision":"signalled"');
  });
});

describe('starting the state machine', () => {
  it.each([
    ['throttling', serviceError('ThrottlingException')], ['a reset connection', networkError('ECONNRESET')],
    ['a new policy', serviceError('AccessDeniedException', 'because no identity-based policy allows the states:StartExecution action')],
  ])('survives %s', async (_, error) => {
    world.poller.startFaults.push(error, error);
    expect((await signalsOf(createEvent(long()))).map(({ Status }) => Status)).toEqual(['SUCCESS']);
  });

  it('fails when it is refused for good', async () => {
    world.poller.startFaults.push(serviceError('StateMachineDoesNotExist', 'gone'));
    const outcome = await world.run(createEvent(long()));
    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('The state machine that watches long exports could not be started: StateMachineDoesNotExist: gone.');
  });
});

describe('an update', () => {
  beforeEach(() => { world.stack.status = 'UPDATE_IN_PROGRESS'; });

  it('of the inputs, with a new handle, waits for a new job', async () => {
    const signals = await signalsOf(updateEvent(long(), long({ IngestionMode: 'BULK', WaitHandleUrl: OTHER_HANDLE })));
    expect(signals).toMatchObject([{ handleUrl: OTHER_HANDLE, Status: 'SUCCESS' }]);
    expect(world.personalize.jobs.size).toBe(1);
  });

  it('of nothing that matters, with the same handle, starts and signals nothing', async () => {
    expect(await signalsOf(updateEvent(long(), long({ Tags: { a: 'other' } })))).toEqual([]);
    expect(world.poller.executions.size).toBe(0);
    expect(world.personalize.jobs.size).toBe(0);
  });

  it('that only raises the time limit, and so brings a first handle, ends the wait as soon as the present job is done', async () => {
    const before = properties();
    world.personalize.add({
      jobName: 'Shop_Export0A1B2C3D_previous',
      datasetArn: before.DatasetArn,
      ingestionMode: 'ALL',
      roleArn: before.RoleArn,
      outputUri: 's3://exports/personalize/Shop_Export0A1B2C3D_previous/',
      tags: {},
    }, world.clock.now() - 24 * HOUR * 1000);
    const event = updateEvent(before, long(), PREVIOUS_ID);
    const signals = await signalsOf(event);
    expect(signals).toMatchObject([{ handleUrl: HANDLE, Status: 'SUCCESS', hours: 0 }]);
    expect(world.personalize.callsOf('create')).toHaveLength(0);
  });

  it('that only raises the time limit needs no new name for a job with a name of its own', async () => {
    const named = { JobName: 'mine' };
    world.personalize.add({
      jobName: 'mine', datasetArn: long().DatasetArn, ingestionMode: 'ALL', roleArn: long().RoleArn, outputUri: 's3://exports/personalize/mine/', tags: {},
    }, world.clock.now() - 24 * HOUR * 1000);
    const event = updateEvent(properties(named), long(named), PREVIOUS_ID.replace(/[^/]+$/, 'mine'));
    expect(await signalsOf(event)).toMatchObject([{ handleUrl: HANDLE, Status: 'SUCCESS', hours: 0 }]);
    expect(world.personalize.callsOf('create')).toHaveLength(0);
  });

  it('whose values changed in the deployment only, with the old handle, is waited for by the custom resource', async () => {
    world.personalize.runningSeconds = 10 * 60;
    const outcome = await world.run(updateEvent(long({ TriggerToken: 'a' }), long({ TriggerToken: 'b' })));
    expect(outcome.status).toBe('SUCCESS');
    expect(world.poller.executions.size).toBe(0);
    expect([...world.personalize.jobs.values()]).toHaveLength(1);
  });

  it('that rolls back neither waits nor signals', async () => {
    world.stack.status = 'UPDATE_ROLLBACK_IN_PROGRESS';
    expect(await signalsOf(updateEvent(long({ IngestionMode: 'BULK', WaitHandleUrl: OTHER_HANDLE }), long()))).toEqual([]);
    expect(await signalsOf(updateEvent(properties(), long()))).toEqual([]);
    expect(world.poller.executions.size).toBe(0);
  });
});

describe('an export that is not waited for', () => {
  const ungated = properties({ WaitForCompletion: 'false' });

  it('is done when its job is created', async () => {
    const start = world.clock.now();
    expect(await world.run(createEvent(ungated))).toMatchObject({ status: 'SUCCESS', at: start });
    expect(world.personalize.jobs.size).toBe(1);
  });

  it('is done when its job is there although the answer was lost, or there was no room at first', async () => {
    world.personalize.faults.create.push({ error: serviceError('LimitExceededException') }, { error: networkError('ECONNRESET'), effect: 'answer lost' });
    expect(await world.run(createEvent(ungated))).toMatchObject({ status: 'SUCCESS' });
    expect(world.personalize.jobs.size).toBe(1);
  });

  it('fails when its job cannot be created', async () => {
    world.personalize.alwaysFault.create = { error: serviceError('InvalidInputException', 'no') };
    expect(await world.run(createEvent(ungated))).toMatchObject({ status: 'FAILED' });
  });
});

describe('a timeout that was a token at synth', () => {
  it('fails above 55 minutes, as nothing in the stack could wait that long', async () => {
    const outcome = await world.run(createEvent(properties({ TimeoutSeconds: '3301' })));
    expect(outcome.status).toBe('FAILED');
    expect(outcome.reason).toContain('timeout must be at most 55 minutes when it is not known at synth, got 3301 seconds');
  });
});

