import fc from 'fast-check';
import { properties, STACK_ID, type Properties } from './events';
import { FakeCloudFormation, type Deployment, type Request } from './fake-cloudformation';
import { ACCESS_DENIED, DENIED_FOR_GOOD, INSUFFICIENT_PRIVILEGES, LIMIT_EXCEEDED, networkError, serviceError, THROTTLED } from './fake-errors';
import type { Fault } from './fake-personalize';
import { World } from './world';
import { changedInputs, exportRequest } from '../../lambda/export-request';

// Random deployments with random trouble. What must hold for each of them is written down below, without looking at how the
// lifecycle goes about it. More runs: LIFECYCLE_RUNS=100000. fast-check prints the seed and the shortest failing case.

const RUNS = Number(process.env.LIFECYCLE_RUNS ?? 2000);

interface Scenario {
  readonly deployments: Deployment[];
  readonly delete: boolean;
  readonly intervalSeconds: number;
  readonly pendingSeconds: number;
  readonly runningSeconds: number;
  readonly visibleAfterSeconds: number;
  /** others use up the limit for so long */
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
// a settling error is only one at the beginning of a request, which is where the very first call is
const settlingFault: fc.Arbitrary<Fault> = fc.constantFrom(ACCESS_DENIED, INSUFFICIENT_PRIVILEGES).map(make => ({ error: make() }));
const laterFault = fc.oneof(
  { arbitrary: transientFault, weight: 4 }, { arbitrary: limitExceeded, weight: 4 }, { arbitrary: terminalFault, weight: 1 },
);
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 }); // nil every other time

const someProperties: fc.Arbitrary<Properties> = fc.record({
  IngestionMode: fc.constantFrom('ALL', 'BULK', undefined),
  TriggerToken: fc.constantFrom('1', '2'),
  JobName: fc.constantFrom(undefined, undefined, 'mine', 'yours'),
  BucketName: fc.constantFrom('exports', 'other'),
  Tags: fc.constantFrom<Record<string, string>>({}, { team: 'tag-value-of-ml' }),
  TimeoutSeconds: fc.constantFrom('600', '900', '3300'),
}).map(overrides => properties(overrides));

const deployment: fc.Arbitrary<Deployment> = fc.record({
  properties: someProperties,
  otherFailsAfter: sometimes(fc.nat(1500)),
  repeatedAfter: sometimes(fc.nat(300)),
  keepsIdOfFailure: fc.boolean(),
});

const failureReason = fc.oneof(
  fc.constant('Insufficient privileges for accessing data in Amazon S3.'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).chain(text => fc.constantFrom(text, text.repeat(2500))),
);

const scenario: fc.Arbitrary<Scenario> = fc.record({
  deployments: fc.array(deployment, { minLength: 1, maxLength: 5 }),
  delete: fc.boolean(),
  intervalSeconds: fc.constantFrom(20, 30, 60, 120),
  pendingSeconds: fc.nat(200),
  runningSeconds: fc.nat(1000),
  visibleAfterSeconds: fc.constantFrom(0, 0, 1, 50, 119),
  busySeconds: fc.oneof(fc.constant(0), fc.nat(4000)),
  failureReasons: fc.array(sometimes(failureReason), { maxLength: 5 }),
  createFaults: fc.tuple(
    sometimes(fc.oneof(settlingFault, transientFault)),
    fc.array(sometimes(laterFault), { maxLength: 8 }),
  ).map(([first, others]) => [first, ...others]),
  describeFaults: fc.array(sometimes(transientFault), { maxLength: 12 }),
  // so few that CloudFormation can be asked before the shortest time limit is over
  stackFaults: fc.array(sometimes(TRANSIENT), { maxLength: 4 }),
});

async function run(plan: Scenario): Promise<{ world: World; requests: Request[] }> {
  const world = new World();
  const { personalize } = world;
  Object.assign(personalize, {
    pendingSeconds: plan.pendingSeconds, runningSeconds: plan.runningSeconds, visibleAfterSeconds: plan.visibleAfterSeconds, concurrencyLimit: 1,
  });
  personalize.faults.create.push(...plan.createFaults);
  personalize.faults.describe.push(...plan.describeFaults);
  world.stack.faults.push(...plan.stackFaults);

  const busy = exportRequest(properties(), 'theirs');
  const theirs = personalize.add(busy, world.clock.now() + (plan.busySeconds - plan.pendingSeconds - plan.runningSeconds) * 1000);
  const cloudFormation = new FakeCloudFormation(world, plan.intervalSeconds);
  const { add } = personalize;
  personalize.add = (request, ...rest) => {
    personalize.failureReason = plan.failureReasons[personalize.jobs.size - 1];
    return add.call(personalize, request, ...rest);
  };
  for (const next of plan.deployments) {
    if (!await cloudFormation.deploy(next)) { break; }
  }
  if (plan.delete && cloudFormation.current !== undefined) {
    world.stack.status = 'DELETE_IN_PROGRESS';
    await cloudFormation.delete(cloudFormation.current.id);
  }
  expect(personalize.jobs.get(theirs.arn)).toBe(theirs);
  return { world, requests: cloudFormation.requests };
}

/** Checks something of each request of each scenario. */
async function always(check: (request: Request, world: World, plan: Scenario) => void): Promise<void> {
  await fc.assert(fc.asyncProperty(scenario, async (plan) => {
    const { world, requests } = await run(plan);
    for (const request of requests) { check(request, world, plan); }
  }), { numRuns: RUNS });
}

const inputsOf = ({ event }: Request) =>
  event.RequestType === 'Update' ? changedInputs(event.OldResourceProperties!, event.ResourceProperties) : [];
const wantsExport = (request: Request) => request.event.RequestType === 'Create' || (!request.rollback && inputsOf(request).length > 0);
const timeoutOf = ({ event }: Request) => Number(event.ResourceProperties.TimeoutSeconds) * 1000;

/** What may be wrong with an explicit name; nothing with a generated one. */
const nameProblem = (reason: string, { event }: Request) => event.ResourceProperties.JobName !== undefined && reason.startsWith('jobName "');

describe('whatever happens', () => {
  jest.setTimeout(600_000);

  it('all of it holds', async () => {
    await always((request, world, plan) => {
      checkOutcomes(request, plan);
      checkJobs(request);
      checkSuccess(request, world);
      checkFailures(request, world);
      checkIds(request);
    });
  });
});

/** Every waiter comes to one end (Waiter itself fails on a second one), in time, within the framework's polls and CloudFormation's bytes. */
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

/** At most one job per request that wants one, none otherwise, none after the end. */
function checkJobs(request: Request): void {
  const { before, atEnd, afterAll } = request.jobs;
  expect(atEnd - before).toBeLessThanOrEqual(wantsExport(request) ? 1 : 0);
  expect(afterAll).toBe(atEnd);
}

/** Success is never a lie: the job of just these inputs is done. */
function checkSuccess(request: Request, world: World): void {
  const { event, answer } = request;
  // another resource failed before anybody could answer
  if (answer === undefined && !request.rollback) { return; }
  if (!wantsExport(request)) {
    // nothing to do: must succeed, at once or as soon as CloudFormation can be asked, with the same id
    expect(answer).toMatchObject({ status: 'SUCCESS', physicalId: event.PhysicalResourceId });
    return;
  }
  if (answer?.status !== 'SUCCESS') { return; }
  const job = world.personalize.jobs.get(answer.physicalId!)!;
  expect(job.request).toEqual({ ...exportRequest(event.ResourceProperties, job.request.jobName), tags: job.request.tags });
  expect(job.failureReason).toBeUndefined();
  expect(answer.at).toBeGreaterThanOrEqual(job.createdAt + (world.personalize.pendingSeconds + world.personalize.runningSeconds) * 1000);
  expect(answer.data).toEqual({ DatasetExportJobArn: job.arn, DatasetExportJobName: job.request.jobName, OutputUri: job.request.outputUri });
  if (event.OldResourceProperties?.JobName !== undefined) {
    expect(event.ResourceProperties.JobName).not.toBe(event.OldResourceProperties.JobName); // the old export would pass for the new one
  }
}

/** A failure has one of the reasons that the behaviour table knows, and that reason is true. */
function checkFailures(request: Request, world: World): void {
  for (const { outcome, onEventResponse } of request.waiters) {
    if (outcome!.status === 'SUCCESS') { continue; }
    const { reason, at } = outcome!;
    const job = onEventResponse && world.personalize.jobs.get(onEventResponse.PhysicalResourceId);
    if (reason.startsWith('Dataset export job failed (CREATE FAILED): ')) {
      expect(world.personalize.status(job!)).toBe('CREATE FAILED');
      expect(reason).toContain([...job!.failureReason!].slice(0, 50).join(''));
    } else if (reason.startsWith('Dataset export job was not done within its timeout')) {
      expect(at - request.startedAt).toBeGreaterThanOrEqual(timeoutOf(request));
      const visible = job !== undefined && at >= job.createdAt + world.personalize.visibleAfterSeconds * 1000;
      if (reason.includes('Personalize shows no job')) { expect(visible).toBe(false); }
      if (reason.includes('The job goes on')) { expect(job).toBeDefined(); }
    } else if (reason.startsWith('Dataset export job was not created: the stack is rolling back')) {
      expect(request.answer === undefined || request.answer !== outcome).toBe(true);
    } else if (!nameProblem(reason, request)) {
      expect(reason).toContain(DENIED_FOR_GOOD().message); // the only terminal fault in these scenarios
    }
  }
}

/** Each delivery of a request has the same id; only an update that turns out to be over falls back to the one before. */
function checkIds({ event, waiters, answer, rollback }: Request): void {
  const ids = new Set(waiters.flatMap(({ onEventResponse }) => onEventResponse?.PhysicalResourceId ?? []));
  if (!rollback) { expect(ids.size).toBeLessThanOrEqual(1); }
  for (const { outcome, onEventResponse } of waiters) {
    const { physicalId } = outcome!;
    if (onEventResponse === undefined || physicalId !== onEventResponse.PhysicalResourceId) {
      expect(physicalId).toBe(event.PhysicalResourceId);
      // CloudFormation does not see another id than onEvent's while the request is open, but for a rollback and a failed onEvent
      if (onEventResponse !== undefined && answer === outcome) { expect(rollback).toBe(true); }
    }
  }
}

describe('the scenarios', () => {
  it('reach each kind of ending: what the above stands on', async () => {
    const seen = new Map<string, number>();
    const see = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    await fc.assert(fc.asyncProperty(scenario, async (plan) => {
      const { requests } = await run(plan);
      for (const request of requests) {
        const { event, answer, waiters, jobs } = request;
        see(`${request.rollback ? 'rollback ' : ''}${event.RequestType} ${wantsExport(request) ? 'export' : 'no export'}: ${answer?.status ?? 'given up'}`);
        if (waiters.length > 1) { see('repeated'); }
        const decision = waiters[0]!.onEventResponse?.Decision;
        if (jobs.atEnd > jobs.before && decision?.kind === 'export' && !decision.created) { see('created late'); }
        for (const { outcome } of waiters) { if (outcome!.status === 'FAILED') { see(outcome!.reason.replace(/"(mine|yours)"/, '').slice(0, 28)); } }
      }
    }), { numRuns: 500, seed: 1 });

    expect(Object.fromEntries([...seen].filter(([, times]) => times >= 5).map(([what]) => [what, true]))).toMatchObject(Object.fromEntries([
      'Create export: SUCCESS', 'Create export: FAILED', 'Create export: given up', 'Update export: SUCCESS', 'Update export: FAILED', 'Update export: given up',
      'Update no export: SUCCESS', 'rollback Update no export: SUCCESS', 'Delete no export: SUCCESS', 'repeated', 'created late',
      'Dataset export job failed (C', 'Dataset export job was not d', 'Dataset export job was not c', 'Dataset export job could not', 'jobName  is used up by the p',
      'jobName  is taken by another',
    ].map(what => [what, true])));
  });
});
