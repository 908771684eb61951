import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { FakeCloudFormation, type Operation, type Request } from './fake-cloudformation';
import { exportRequest } from '../../lambda/export-request';
import { changedInputs } from '../../lambda/input-differences';
import { jobNameOfArn } from '../../lambda/job';
import { hasTrigger, jobNameOf } from '../../lambda/job-name';
import { jobFailed, nameTaken, nameUsedUp, notCreated, rollingBack, timedOut, type JobState } from '../../lambda/messages';
import { waits, waitSeconds } from '../../lambda/resource';
import { properties, STACK_ID, type Properties } from '../../tools/simulation/events';
import { ACCESS_DENIED, DENIED_FOR_GOOD, INSUFFICIENT_PRIVILEGES, LIMIT_EXCEEDED, networkError, serviceError, THROTTLED } from '../../tools/simulation/fake-errors';
import type { FakeJob, Fault } from '../../tools/simulation/fake-personalize';
import { World } from '../../tools/simulation/world';

// Random sequences of operations on a stack, with random trouble, and what must hold for all of them: the same ones each time, or others with
// LIFECYCLE_RUNS=100000. fast-check prints the seed and the shortest failing case.

const { LIFECYCLE_RUNS } = process.env;
const RUNS = LIFECYCLE_RUNS === undefined ? { numRuns: 1000, seed: 1 } : { numRuns: Number(LIFECYCLE_RUNS) };

interface Scenario {
  readonly operations: Operation[];
  readonly delete: boolean;
  /** from the first operation, in UTC */
  readonly secondsToMidnight: number;
  /** how Personalize tells where a job writes */
  readonly toldPath: 'whole' | 'without its slash' | 'not at all';
  readonly intervalSeconds: number;
  readonly pendingSeconds: number;
  readonly runningSeconds: number;
  readonly visibleAfterSeconds: number;
  /** how long others use up the limit */
  readonly busySeconds: number;
  /** of the jobs, in the order of their creation; undefined: succeeds */
  readonly failureReasons: (string | undefined)[];
  readonly createFaults: (Fault | undefined)[];
  readonly describeFaults: (Fault | undefined)[];
  readonly stackFaults: (Error | undefined)[];
}

const NETWORK = () => networkError('ECONNRESET');
const INTERNAL = () => serviceError('InternalFailure', 'oops', 500);
const TRANSIENT = fc.constantFrom(THROTTLED, NETWORK, INTERNAL, () => serviceError('ResourceInUseException')).map(make => make());
const effect = fc.constantFrom<'none' | 'answer lost'>('none', 'answer lost');
const transientFault: fc.Arbitrary<Fault> = fc.record({ error: TRANSIENT, effect });
const limitExceeded: fc.Arbitrary<Fault> = fc.constant({ error: LIMIT_EXCEEDED() });
const terminalFault: fc.Arbitrary<Fault> = fc.constant({ error: DENIED_FOR_GOOD() });
// such an error settles only at the beginning of a request: it can be the very first call's
const settlingFault: fc.Arbitrary<Fault> = fc.constantFrom(ACCESS_DENIED, INSUFFICIENT_PRIVILEGES).map(make => ({ error: make() }));
const laterFault = fc.oneof(
  { arbitrary: transientFault, weight: 4 }, { arbitrary: limitExceeded, weight: 4 }, { arbitrary: terminalFault, weight: 1 },
);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 }); // nil every other time

const someProperties: fc.Arbitrary<Properties> = fc.record({
  IngestionMode: fc.constantFrom('ALL', 'BULK', undefined),
  TriggerToken: fc.constantFrom('1', '2'),
  JobName: fc.constantFrom(undefined, undefined, undefined, 'mine', 'yours'),
  BucketName: fc.constantFrom('exports', 'other'),
  Tags: fc.constantFrom<Record<string, string>>({}, { team: 'tag-value-of-ml' }),
  TimeoutSeconds: fc.constantFrom('600', '900', '3300', '6000'),
  WaitForCompletion: fc.constantFrom(undefined, undefined, undefined, undefined, 'false'),
}).map(overrides => properties(overrides));

const operation: fc.Arbitrary<Operation> = fc.record({
  properties: fc.option(someProperties, { nil: undefined, freq: 6 }),
  otherFailsAfter: fc.option(fc.nat(1500), { nil: undefined, freq: 2 }),
  repeatedAfter: sometimes(fc.nat(300)),
  keepsIdOfFailure: fc.boolean(),
  noRollback: fc.boolean(),
  statusOfBringingBack: fc.constantFrom('UPDATE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_ROLLBACK_IN_PROGRESS'),
});

const SETTLING_REASON = 'Insufficient privileges for accessing data in Amazon S3.';
const failureReason = fc.oneof(
  fc.constant(SETTLING_REASON),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).chain(text => fc.constantFrom(text, text.repeat(2500))),
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  operations: fc.array(operation, { minLength: 1, maxLength: 7 }),
  delete: fc.boolean(),
  secondsToMidnight: fc.nat(8000),
  toldPath: fc.constantFrom('whole', 'without its slash', 'not at all'),
  intervalSeconds: fc.constantFrom(20, 30, 60, 120),
  pendingSeconds: fc.nat(200),
  runningSeconds: fc.oneof({ arbitrary: fc.nat(1000), weight: 4 }, { arbitrary: fc.nat(7000), weight: 1 }),
  visibleAfterSeconds: fc.constantFrom(0, 0, 1, 50, 119),
  busySeconds: fc.oneof(fc.constant(0), fc.nat(4000)),
  failureReasons: fc.array(sometimes(failureReason), { maxLength: 6 }),
  createFaults: fc.tuple(
    sometimes(fc.oneof(settlingFault, transientFault)),
    fc.array(sometimes(laterFault), { maxLength: 8 }),
  ).map(([first, others]) => [first, ...others]),
  describeFaults: fc.array(sometimes(transientFault), { maxLength: 8 }),
  // so few that CloudFormation can be asked before the shortest timeout is over
  stackFaults: fc.array(sometimes(TRANSIENT), { maxLength: 3 }),
}).map(plan => plan.toldPath === 'not at all' ? { ...plan, operations: plan.operations.map(inOneBucket) } : plan);

/** Nobody can tell jobs apart that differ only in what Personalize does not tell. */
function inOneBucket({ properties: wanted, ...others }: Operation): Operation {
  return { ...others, ...wanted && { properties: { ...wanted, BucketName: 'exports' } } };
}

interface Run {
  readonly world: World;
  readonly requests: Request[];
  readonly complete: Complete[];
}

/** The stack when it was complete, and the job that its outputs named. */
interface Complete {
  readonly status: string;
  readonly properties: Properties;
  readonly job: FakeJob | undefined;
  readonly jobStatus: string;
  readonly outputUri: string | undefined;
}

async function run(plan: Scenario): Promise<Run> {
  const world = new World();
  const { personalize } = world;
  world.clock.time = Date.parse('2026-11-03T00:00:00Z') - plan.secondsToMidnight * 1000;
  Object.assign(personalize, {
    pendingSeconds: plan.pendingSeconds, runningSeconds: plan.runningSeconds, visibleAfterSeconds: plan.visibleAfterSeconds, concurrencyLimit: 1,
  });
  personalize.faults.create.push(...plan.createFaults);
  personalize.faults.describe.push(...plan.describeFaults);
  world.stack.faults.push(...plan.stackFaults);

  const busy = exportRequest(properties(), 'theirs', new Date(world.clock.now()));
  const theirs = personalize.add(busy, world.clock.now() + (plan.busySeconds - plan.pendingSeconds - plan.runningSeconds) * 1000);
  const cloudFormation = new FakeCloudFormation(world, plan.intervalSeconds);
  const { add, echo } = personalize;
  personalize.echo = request => {
    const { outputUri, ...others } = echo(request);
    return { ...others, ...plan.toldPath !== 'not at all' && { outputUri: plan.toldPath === 'whole' ? outputUri : outputUri!.slice(0, -1) } };
  };
  personalize.add = (request, ...rest) => {
    personalize.failureReason = plan.failureReasons[personalize.jobs.size - 1];
    return add.call(personalize, request, ...rest);
  };
  const complete: Complete[] = [];
  cloudFormation.onComplete = ({ properties: deployed, data }) => {
    const job = personalize.jobs.get(data.DatasetExportJobArn!);
    complete.push({ status: world.stack.status, properties: deployed, job, jobStatus: job === undefined ? 'gone' : personalize.status(job), outputUri: data.OutputUri });
  };
  for (const next of plan.operations) { await cloudFormation.run(next); }
  if (plan.delete) { await cloudFormation.delete(); }
  expect(personalize.jobs.get(theirs.arn)).toBe(theirs);
  return { world, requests: cloudFormation.requests, complete };
}

const isForward = ({ event, backwards }: Request) => event.RequestType !== 'Delete' && !backwards;
const waitOf = ({ event }: Request) => waitSeconds(event.ResourceProperties) * 1000;
const contextOf = (event: Request['event']) => ({ event, jobName: jobNameOf(event), outputUri: '', logGroup: '' });
/** Which of the messages a reason is. */
function kindOf(reason: string, event: Request['event']): string | undefined {
  const context = contextOf(event);
  const kinds = {
    jobFailed: jobFailed(context, '', 1),
    timedOut: timedOut(context, '', 0, 0, 'exists'),
    rollingBack: rollingBack(context),
    notCreated: notCreated(context, ''),
    nameTaken: nameTaken(context, []),
    nameUsedUp: nameUsedUp(context, ''),
  };
  return Object.entries(kinds).find(([, { message }]) => reason.startsWith(message.slice(0, 24)))?.[0];
}
/** Whether the message of a timeout says so about the job. */
const says = (reason: string, event: Request['event'], job: JobState) => (
  reason.includes(timedOut(contextOf(event), '', 0, 0, job).message.split('. ')[1]!));
const hasInputs = (job: FakeJob, of: Properties) => isDeepStrictEqual(
  { ...job.request, tags: {} }, { ...exportRequest(of, of.JobName ?? job.request.jobName, new Date(job.createdAt)), tags: {} });

it('whatever happens, the lifecycle keeps its promises', async () => {
  await fc.assert(fc.asyncProperty(scenario, async plan => {
    const { world, requests, complete } = await run(plan);
    for (const request of requests) {
      checkOutcomes(request, plan);
      checkJobs(request, world);
      checkSuccess(request, world);
      checkFailures(request, world);
    }
    complete.forEach(checkComplete);
  }), RUNS);
}, 3_600_000);

/** The outputs of a complete stack are true. */
function checkComplete({ properties: deployed, job, jobStatus, outputUri }: Complete): void {
  expect(outputUri).toBe(job!.request.outputUri);
  if (waits(deployed)) { expect(jobStatus).toBe('ACTIVE'); }
  expect(hasInputs(job!, deployed)).toBe(true);
  if (deployed.JobName === undefined) { expect(hasTrigger(job!.request.jobName, deployed.TriggerToken, false)).toBe(true); }
}

/** Every waiter ends once (Waiter fails on a second end), in time, within the framework's polls and CloudFormation's bytes. */
function checkOutcomes({ event, waiters, startedAt }: Request, { intervalSeconds }: Scenario): void {
  for (const { outcome, polls } of waiters) {
    expect(polls).toBeLessThanOrEqual(3600 / intervalSeconds + 1);
    const { status, reason, physicalId, data, at } = outcome!;
    expect(at - startedAt).toBeLessThan(3600_000 + 300_000); // a repetition starts up to 300 seconds later
    const body = {
      Status: status,
      Reason: `${reason}\n\nLogs: /aws/lambda/${'f'.repeat(64)}\n`,
      StackId: STACK_ID,
      RequestId: event.RequestId,
      PhysicalResourceId: physicalId,
      LogicalResourceId: event.LogicalResourceId,
      Data: data,
    };
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThanOrEqual(4096);
  }
}

/** One job per request, or more when permissions were missing; none on the way back, and none after the end except one that was handed over. */
function checkJobs(request: Request, world: World): void {
  const { before, atEnd, afterAll } = request.jobs;
  const made = [...world.personalize.jobs.values()].slice(before, atEnd);
  if (!isForward(request)) { expect(made).toEqual([]); }
  expect(made.length).toBeLessThanOrEqual(4);
  for (const { failureReason: reason } of made.slice(0, -1)) { expect(reason).toBe(SETTLING_REASON); }
  const later = [...world.personalize.jobs.keys()].slice(atEnd, afterAll);
  expect(later.filter(arn => request.event.ResourceProperties.HandsOver !== 'true' || arn !== request.answer?.physicalId)).toEqual([]);
}

/** Success is true: the job of exactly these inputs is complete, or handed over. */
function checkSuccess(request: Request, world: World): void {
  const { event, answer } = request;
  if (request.backwards || event.RequestType === 'Delete') {
    expect(answer).toMatchObject({ status: 'SUCCESS' });
    return;
  }
  if (answer?.status !== 'SUCCESS') { return; }
  const job = world.personalize.jobs.get(answer.physicalId!);
  const handsOver = event.ResourceProperties.HandsOver === 'true';
  const handedOver = handsOver && answer.at - request.startedAt >= waitOf(request);
  // the job may have failed, and the resource that goes on waiting may have started another: checkComplete looks at that
  const kept = handsOver && event.RequestType === 'Update' && answer.physicalId === event.PhysicalResourceId
    && changedInputs(event.OldResourceProperties!, event.ResourceProperties).length === 0;
  if (!handedOver && !kept) {
    if (waits(event.ResourceProperties)) {
      expect(job!.failureReason).toBeUndefined();
      expect(answer.at).toBeGreaterThanOrEqual(job!.createdAt + (world.personalize.pendingSeconds + world.personalize.runningSeconds) * 1000);
    }
    expect(hasInputs(job!, event.ResourceProperties)).toBe(true);
  }
  const name = jobNameOfArn(answer.physicalId!);
  expect(answer.data).toEqual({
    DatasetExportJobArn: answer.physicalId,
    DatasetExportJobName: name,
    OutputUri: handedOver || kept ? expect.any(String) : job!.request.outputUri,
    ObjectCount: expect.stringMatching(/^(2|unknown)$/),
    ObjectBytes: expect.stringMatching(/^(5000|unknown)$/),
  });
}

/** A failure has one of the reasons that can occur here, and that reason is true; an update keeps its id. */
function checkFailures(request: Request, world: World): void {
  const { event } = request;
  for (const { outcome } of request.waiters) {
    if (outcome!.status === 'SUCCESS') { continue; }
    const { reason, at, physicalId } = outcome!;
    if (event.RequestType === 'Update') { expect(physicalId).toBe(event.PhysicalResourceId); }
    const job = [...world.personalize.jobs.values()].find(({ arn }) => reason.includes(`${arn}.`));
    switch (kindOf(reason, event)) {
      case 'jobFailed':
        expect(world.personalize.status(job!)).toBe('CREATE FAILED');
        expect(reason).toContain([...job!.failureReason!].slice(0, 50).join(''));
        break;
      case 'timedOut':
        expect(at - request.startedAt).toBeGreaterThanOrEqual(waitOf(request));
        if (says(reason, event, 'does not exist')) { expect(job === undefined || at <= job.createdAt + world.personalize.visibleAfterSeconds * 1000).toBe(true); }
        if (says(reason, event, 'exists')) { expect(job).toBeDefined(); }
        break;
      case 'rollingBack':
        expect(request.answer === undefined || request.answer !== outcome).toBe(true);
        break;
      case 'nameTaken':
      case 'nameUsedUp':
        expect(event.ResourceProperties.JobName).toBeDefined();
        break;
      default:
        expect(reason).toContain(DENIED_FOR_GOOD().message); // the only error that stays in these scenarios
    }
  }
}

it('the scenarios reach each kind of ending', async () => {
  const seen = new Map<string, number>();
  const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
  await fc.assert(fc.asyncProperty(scenario, async plan => {
    const { requests, complete } = await run(plan);
    for (const { status } of complete) { see(status); }
    for (const request of requests) {
      const { event, answer, waiters, jobs } = request;
      see(`${request.backwards ? 'back ' : ''}${event.RequestType} ${event.LogicalResourceId}: ${answer?.status ?? 'given up'}`);
      if (waiters.length > 1) { see('repeated'); }
      if (jobs.atEnd > jobs.before + 1) { see('several jobs'); }
      if (request.backwards && answer?.physicalId !== event.PhysicalResourceId) { see('restored'); }
      const thePlan = waiters[0]!.onEventResponse?.Plan;
      if (jobs.atEnd > jobs.before && thePlan?.kind === 'export' && !thePlan.created) { see('created late'); }
      for (const { outcome } of waiters) { if (outcome!.status === 'FAILED') { see(kindOf(outcome!.reason, event) ?? 'other'); } }
    }
  }), { numRuns: 1000, seed: 3 });

  const rare = [
    'CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'repeated', 'several jobs', 'restored', 'created late',
    'Create Export: SUCCESS', 'Create Export: FAILED', 'Create Export: given up', 'Update Export: SUCCESS', 'Update Export: FAILED', 'Update Export: given up',
    'back Update Export: SUCCESS', 'Delete Export5A1B2C3D: SUCCESS', 'Create Completion: SUCCESS', 'Create Completion: FAILED', 'Update Completion: SUCCESS',
    'back Update Completion: SUCCESS', 'jobFailed', 'timedOut', 'rollingBack', 'notCreated', 'nameTaken', 'nameUsedUp',
  ].filter(what => (seen.get(what) ?? 0) < 5);
  expect(rare).toEqual([]);
});
