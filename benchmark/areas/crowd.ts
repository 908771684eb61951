import { World } from '../../test/lambda/world';
import { createRequest, simulate } from '../simulated-requests';

/** Area 6: many jobs in one stack, few at a time. */
export interface Crowd {
  readonly jobs: number;
  readonly atATime: number;
  readonly serviceSeconds: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly created: number;
  /** jobs that no answer of a resource names, and resources that share a job with another */
  readonly lost: number;
  readonly calls: { readonly create: number; readonly describe: number; readonly describeStacks: number; readonly total: number };
  /** Create that was refused, Describe of a job that was not there yet, and the question about the stack that comes with them */
  readonly wasted: number;
  readonly longestWaitSeconds: number;
  /** what no scheduling could be faster than: full slots from the first second to the last */
  readonly leastSeconds: number;
  readonly greatestCallsPerSecond: number;
}

export const JOBS = 400;
export const AT_A_TIME = 5;
export const POLL_SECONDS = 30;
const TIMEOUT_SECONDS = 55 * 60;
/** CloudFormation starts what depends on nothing at about the same time: ten a second. */
const STAGGER_SECONDS = 0.1;

export async function crowd(serviceSeconds: number, jobs = JOBS): Promise<Crowd> {
  const world = new World();
  const { personalize, stack } = world;
  personalize.concurrencyLimit = AT_A_TIME;
  personalize.pendingSeconds = 0;
  personalize.runningSeconds = serviceSeconds;
  const events = Array.from({ length: jobs }, (_, index) => createRequest(index, TIMEOUT_SECONDS));
  const { requests } = await simulate(world, events, POLL_SECONDS, STAGGER_SECONDS);

  const outcomes = requests.map(({ waiter }) => waiter.outcome!);
  const answered = new Set(outcomes.map(({ physicalId }) => physicalId));
  const created = [...personalize.jobs.keys()];
  const create = personalize.callsOf('create').length;
  const describe = personalize.callsOf('describe');
  const createdAt = new Map([...personalize.jobs].map(([arn, job]) => [arn, job.createdAt]));
  const tooEarly = describe.filter(({ jobArn, at }) => at < (createdAt.get(jobArn) ?? Infinity)).length;
  const refused = create - created.length;
  const createdLate = created.length - requests.filter(({ waiter: { onEventResponse: response } }) => {
    return response?.Plan.kind === 'export' && response.Plan.created;
  }).length;
  const seconds = new Map<number, number>();
  for (const { at } of personalize.calls) { seconds.set(Math.floor(at / 1000), (seconds.get(Math.floor(at / 1000)) ?? 0) + 1); }
  return {
    jobs,
    atATime: AT_A_TIME,
    serviceSeconds,
    succeeded: outcomes.filter(({ status }) => status === 'SUCCESS').length,
    failed: outcomes.filter(({ status }) => status === 'FAILED').length,
    created: created.length,
    lost: created.filter(arn => !answered.has(arn)).length + (jobs - answered.size),
    calls: { create, describe: describe.length, describeStacks: stack.reads, total: create + describe.length + stack.reads },
    wasted: refused + tooEarly + (stack.reads - createdLate),
    longestWaitSeconds: Math.max(...requests.map(({ deliveredAt, answeredAt }) => answeredAt! - deliveredAt)),
    leastSeconds: Math.ceil(jobs / AT_A_TIME) * serviceSeconds,
    greatestCallsPerSecond: Math.max(...seconds.values()),
  };
}
