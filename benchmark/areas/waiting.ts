import { Stack } from 'aws-cdk-lib';
import { POLL_SECONDS } from './crowd';
import type { OnEventRequest } from '../../lambda/events';
import * as library from '../../src';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../../src/contract/limits';
import { World } from '../../tools/simulation/world';
import { onLocalAws, succeeded } from '../local-deployment';
import { datasetArns, peers, type Peer } from '../peers';
import { ASSUMED_MS, cost, type Usage } from '../prices';
import { createRequest, simulate } from '../simulated-requests';

/** Area 5: what an hour of waiting for one job takes. */
export interface WaitingHour extends Usage {
  readonly title: string;
  readonly polls: number;
  readonly describes: number;
  /** further calls to services by the functions and state machines */
  readonly otherCalls: number;
  readonly usd: number;
}

const HOUR = 3600;

export interface WaitingCalls {
  readonly describes: number;
  readonly otherCalls: number;
  readonly lambdaInvocations: number;
}

/** The library's calls an hour, exactly: its own code in simulated time, a job of 50 minutes, from the first poll to the last. */
export async function waitingCalls(): Promise<WaitingCalls> {
  return waitFor(50 * 60, [createRequest(0, MAX_CUSTOM_RESOURCE_SECONDS)]);
}

/** The same for a job of three hours, which several resources wait for, one after the other. */
export async function longWaitingCalls(): Promise<WaitingCalls> {
  const turns = Math.ceil(3 * HOUR / MAX_CUSTOM_RESOURCE_SECONDS);
  return waitFor(3 * HOUR, Array.from({ length: turns }, (_, turn) => {
    const event = createRequest(0, 6 * HOUR);
    const waited = turn > 0 && { WaitedSeconds: String(turn * MAX_CUSTOM_RESOURCE_SECONDS) };
    return { ...event, ResourceProperties: { ...event.ResourceProperties, HandsOver: 'true', ...waited } };
  }));
}

/** One request after the other, of which each further one goes on with the job of the first. */
async function waitFor(serviceSeconds: number, events: readonly OnEventRequest[]): Promise<WaitingCalls> {
  const world = new World();
  Object.assign(world.personalize, { pendingSeconds: 0, runningSeconds: serviceSeconds });
  let polls = 0;
  let jobArn: string | undefined;
  for (const event of events) {
    const ResourceProperties = { ...event.ResourceProperties, ...jobArn !== undefined && { ContinuesJobArn: jobArn } };
    const { requests: [request] } = await simulate(world, [{ ...event, ResourceProperties }], { pollSeconds: POLL_SECONDS, staggerSeconds: 0 });
    jobArn = request!.waiter.outcome!.data!.DatasetExportJobArn!;
    polls += request!.waiter.polls;
  }
  if (world.clock.now() - world.personalize.jobs.get(jobArn!)!.createdAt !== serviceSeconds * 1000) {
    throw new Error('the job must end with the last request');
  }
  const perHour = (calls: number) => calls * HOUR / serviceSeconds;
  return {
    // the first poll comes at once, before there is any wait
    describes: perHour(world.personalize.callsOf('describe').length - 1),
    otherCalls: perHour(world.personalize.callsOf('create').length - 1 + world.stack.reads),
    lambdaInvocations: perHour(2 * (polls - 1 + events.length - 1)), // each further resource begins with onEvent
  };
}

interface Recorded {
  readonly id: string;
  readonly title: string;
  /** memory of the functions that a poll invokes, in MB: the handler's, the framework's */
  readonly memory: readonly number[];
  /** by the state machine's definition */
  readonly transitionsPerPoll: number;
  /** invocations that are not polls, by the deployment */
  readonly startInvocations: number;
  define(stack: Stack): void;
}

const SPEED = 20;
const WAIT_SECONDS = 20 * 60;

/** Deploys all of them to local AWS, where a job takes 20 simulated minutes, and counts the recorded calls. */
export async function recordedWaits(): Promise<WaitingHour[]> {
  const [libraryPeer, , ownProvider, stepFunctions] = peers(library) as [Peer, Peer, Peer, Peer];
  const dataset = datasetArns(1);
  const recorded: Recorded[] = [
    { id: 'Library', title: libraryPeer.title, memory: [256, 128], transitionsPerPoll: 1, startInvocations: 2, define: stack => libraryPeer.define(stack, dataset) },
    { id: 'OwnProvider', title: ownProvider.title, memory: [128, 128], transitionsPerPoll: 1, startInvocations: 2, define: stack => ownProvider.define(stack, dataset) },
    { id: 'StepFunctions', title: stepFunctions.title, memory: [], transitionsPerPoll: 3, startInvocations: 0, define: stack => stepFunctions.define(stack, dataset) },
  ];
  return onLocalAws(SPEED, 1, async ({ client, deploy }) => {
    await client.configurePersonalize({ secondsPending: 0, secondsInProgress: WAIT_SECONDS });
    succeeded(await deploy(Object.fromEntries(recorded.map(({ id, define }) => [id, define])), recorded.length));
    while ((await client.executions()).some(({ status }) => status === 'RUNNING')) { await new Promise(resolve => setTimeout(resolve, 200)); }

    const [calls, decisions] = [await client.calls(), await client.decisions()];
    return recorded.map(({ id, title, memory, transitionsPerPoll, startInvocations }) => {
      const own = calls.filter(({ caller, service }) => new RegExp(`:assumed-role/${id}-`).test(caller) && !['lambda', 'logs', 'states'].includes(service));
      const describes = own.filter(({ operation }) => operation === 'DescribeDatasetExportJob').map(({ time }) => time);
      const polls = describes.length - 1; // the last one ends the wait
      const others = own.filter(({ operation, time }) => (
        operation !== 'DescribeDatasetExportJob' && time > describes[0]! && time < describes[polls]!)).length;
      const invocations = decisions.filter(({ action, resource }) => action === 'lambda:InvokeFunction' && resource.includes(`:function:${id}-`)).length;
      const perHour = (count: number) => Math.round(count * HOUR / WAIT_SECONDS);
      // without those of the last poll and those that start the job: CloudFormation's of the framework, the framework's of onEvent
      const lambdaInvocations = perHour(memory.length === 0 ? 0 : invocations - memory.length - startInvocations);
      const gbSecondsPerPoll = memory.reduce((sum, megabytes, index) =>
        sum + megabytes / 1024 * (index === 0 ? ASSUMED_MS.handler : ASSUMED_MS.framework) / 1000, 0);
      const usage = {
        lambdaInvocations,
        gbSeconds: perHour(polls) * gbSecondsPerPoll,
        stateTransitions: perHour(polls) * transitionsPerPoll,
      };
      return {
        title, polls: perHour(polls), describes: perHour(polls), otherCalls: perHour(others), ...usage, usd: cost(usage),
      };
    });
  });
}
