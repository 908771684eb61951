import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as library from '../../src';
import { World } from '../../tools/simulation/world';
import { libraryPeer } from '../peers/library';
import { createRequest, simulate } from '../simulated-requests';

/** Area 6: many jobs in one stack, few at a time. */
export interface Crowd {
  /** whether CloudFormation starts them in turn, or all at once */
  readonly inTurn: boolean;
  readonly jobs: number;
  readonly atATime: number;
  readonly serviceSeconds: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly created: number;
  /** jobs that no resource names, and resources that share a job */
  readonly lost: number;
  readonly calls: { readonly create: number; readonly describe: number; readonly describeStacks: number; readonly total: number };
  /** Create that was refused, the DescribeStacks before it, and Describe of a job that did not exist yet */
  readonly wasted: number;
  /** from the start of the deployment to the last answer */
  readonly seconds: number;
  /** with all slots in use from the first second to the last */
  readonly leastSeconds: number;
  /** in the busiest poll interval */
  readonly describeStacksPerSecond: number;
}

export const JOBS = 400;
export const AT_A_TIME = 5;
export const POLL_SECONDS = 30;
const TIMEOUT_SECONDS = 55 * 60;
/** Of isComplete: most of 13 polls a second call no service and take milliseconds, so Lambda seldom needs another process. */
const PROCESSES = 2;
/** CloudFormation starts what depends on nothing at about the same time: ten a second. */
const STAGGER_SECONDS = 0.1;

export async function crowd(serviceSeconds: number, inTurn: boolean, jobs = JOBS): Promise<Crowd> {
  const world = new World();
  const { personalize, stack } = world;
  personalize.concurrencyLimit = AT_A_TIME;
  personalize.pendingSeconds = 0;
  personalize.runningSeconds = serviceSeconds;
  const asked = askedAt(world);
  const events = Array.from({ length: jobs }, (_, index) => createRequest(index, TIMEOUT_SECONDS));
  const { requests, seconds } = await simulate(world, events, {
    pollSeconds: POLL_SECONDS, staggerSeconds: STAGGER_SECONDS, previousOf: inTurn ? lanes(jobs) : () => undefined, processes: PROCESSES,
  });

  const outcomes = requests.map(({ waiter }) => waiter.outcome!);
  const answered = new Set(outcomes.map(({ physicalId }) => physicalId));
  const created = [...personalize.jobs.keys()];
  const create = personalize.callsOf('create').length;
  const describe = personalize.callsOf('describe');
  const createdAt = new Map([...personalize.jobs].map(([arn, job]) => [arn, job.createdAt]));
  const tooEarly = describe.filter(({ jobArn, at }) => at < (createdAt.get(jobArn) ?? Infinity)).length;
  const refused = create - created.length;
  const createdLate = created.length - requests.filter(({ waiter: { onEventResponse: response } }) => {
    return response?.Plan?.kind === 'export' && response.Plan.created;
  }).length;
  return {
    inTurn,
    jobs,
    atATime: AT_A_TIME,
    serviceSeconds,
    succeeded: outcomes.filter(({ status }) => status === 'SUCCESS').length,
    failed: outcomes.filter(({ status }) => status === 'FAILED').length,
    created: created.length,
    lost: created.filter(arn => !answered.has(arn)).length + (jobs - answered.size),
    calls: { create, describe: describe.length, describeStacks: stack.reads, total: create + describe.length + stack.reads },
    wasted: refused + tooEarly + (stack.reads - createdLate),
    seconds,
    leastSeconds: Math.ceil(jobs / AT_A_TIME) * serviceSeconds,
    describeStacksPerSecond: greatest(asked, POLL_SECONDS),
  };
}

/** Which job each one waits for, by the template. */
function lanes(jobs: number): (index: number) => number | undefined {
  const stack = new Stack(new App(), 'Crowd');
  libraryPeer(library).define(stack, Array.from({ length: jobs }, (_, index) => `arn:aws:personalize:eu-west-1:111122223333:dataset/shop${index}/INTERACTIONS`));
  const resources = Template.fromStack(stack).findResources('Custom::PersonalizeDatasetExportJob');
  const indexOf = new Map(Object.keys(resources).map(id => [id, Number(/^Export(\d+)[0-9A-F]{8}$/.exec(id)![1])]));
  const previous = new Map(Object.entries(resources).map(([id, { DependsOn = [] }]) => (
    [indexOf.get(id), [DependsOn].flat().map(name => indexOf.get(name)).find(index => index !== undefined)])));
  return index => previous.get(index);
}

function askedAt({ stack, clock }: World): number[] {
  const times: number[] = [];
  const stackState = stack.stackState.bind(stack);
  stack.stackState = async () => {
    times.push(clock.now() / 1000);
    return stackState();
  };
  return times;
}

/** The most events per second in any interval of this length. */
function greatest(times: number[], seconds: number): number {
  return Math.max(0, ...times.map((from, index) => times.slice(index).filter(time => time < from + seconds).length)) / seconds;
}
