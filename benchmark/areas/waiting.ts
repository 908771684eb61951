import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { POLL_SECONDS } from './crowd';
import * as library from '../../src';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../../src/contract/limits';
import { CdkCli } from '../../tools/deployments/cdk-cli';
import { LocalAwsProcess } from '../../tools/deployments/local-aws-process';
import { World } from '../../tools/simulation/world';
import { ACCOUNT, REGION, datasetArns, peers, type Peer } from '../peers';
import { ASSUMED_MS, cost, type Usage } from '../prices';
import { createRequest, simulate } from '../simulated-requests';

/** Area 5: what waiting for one job takes in an hour. */
export interface WaitingHour extends Usage {
  readonly title: string;
  readonly looks: number;
  readonly describes: number;
  /** further calls to services by the functions and state machines */
  readonly otherCalls: number;
  readonly usd: number;
}

const HOUR = 3600;

/** The library's calls, exactly: its own code in simulated time, a job of 50 minutes, from the first look to the last. */
export async function waitingCalls(): Promise<{ describes: number; otherCalls: number; lambdaInvocations: number }> {
  const world = new World();
  const serviceSeconds = 50 * 60;
  Object.assign(world.personalize, { pendingSeconds: 0, runningSeconds: serviceSeconds });
  const { requests: [request] } = await simulate(world, [createRequest(0, 55 * 60)], { pollSeconds: POLL_SECONDS, staggerSeconds: 0 });
  const perHour = (calls: number) => calls * HOUR / serviceSeconds;
  const looks = request!.waiter.polls - 1; // the first comes at once, before there is any wait
  return {
    describes: perHour(world.personalize.callsOf('describe').length - 1),
    otherCalls: perHour(world.personalize.callsOf('create').length - 1 + world.stack.reads),
    lambdaInvocations: perHour(2 * looks),
  };
}

/** The same for a job of three hours, which several resources wait for, one after the other. */
export async function longWaitingCalls(): Promise<{ describes: number; otherCalls: number; lambdaInvocations: number }> {
  const world = new World();
  const serviceSeconds = 3 * HOUR;
  Object.assign(world.personalize, { pendingSeconds: 0, runningSeconds: serviceSeconds });
  const turns = Math.ceil(serviceSeconds / MAX_CUSTOM_RESOURCE_SECONDS);
  let looks = 0;
  let jobArn: string | undefined;
  for (let turn = 0; turn < turns; turn++) {
    const event = createRequest(0, 6 * HOUR);
    const { requests: [request] } = await simulate(world, [{
      ...event,
      ResourceProperties: {
        ...event.ResourceProperties,
        HandsOver: 'true',
        ...jobArn !== undefined && { ContinuesJobArn: jobArn, WaitedSeconds: String(turn * MAX_CUSTOM_RESOURCE_SECONDS) },
      },
    }], { pollSeconds: POLL_SECONDS, staggerSeconds: 0 });
    jobArn = request!.waiter.outcome!.data!.DatasetExportJobArn!;
    looks += request!.waiter.polls;
  }
  if (world.clock.now() - world.personalize.jobs.get(jobArn!)!.createdAt !== serviceSeconds * 1000) { throw new Error('the job was to end with the last turn'); }
  const perHour = (calls: number) => calls * HOUR / serviceSeconds;
  return {
    describes: perHour(world.personalize.callsOf('describe').length - 1),
    otherCalls: perHour(world.personalize.callsOf('create').length - 1 + world.stack.reads),
    lambdaInvocations: perHour(2 * (looks - 1 + turns - 1)), // each resource after the first one begins with onEvent
  };
}

interface Recorded {
  readonly id: string;
  readonly title: string;
  /** memory of the functions that a look invokes, in MB: the handler's, the framework's */
  readonly memory: readonly number[];
  /** by the state machine's definition */
  readonly transitionsPerLook: number;
  /** invocations that are not looks, by the deployment */
  readonly startInvocations: number;
  define(stack: Stack): void;
}

const SPEED = 20;
const WAIT_SECONDS = 20 * 60;

/** Deploys all of them to local AWS, where the job takes 20 simulated minutes, and counts what is recorded. */
export async function recordedWaits(): Promise<WaitingHour[]> {
  const [libraryPeer, , ownProvider, stepFunctions] = peers(library) as [Peer, Peer, Peer, Peer];
  const dataset = datasetArns(1);
  const recorded: Recorded[] = [
    { id: 'Library', title: libraryPeer.title, memory: [256, 128], transitionsPerLook: 1, startInvocations: 2, define: stack => libraryPeer.define(stack, dataset) },
    { id: 'OwnProvider', title: ownProvider.title, memory: [128, 128], transitionsPerLook: 1, startInvocations: 2, define: stack => ownProvider.define(stack, dataset) },
    { id: 'StepFunctions', title: stepFunctions.title, memory: [], transitionsPerLook: 3, startInvocations: 0, define: stack => stepFunctions.define(stack, dataset) },
  ];
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'waiting-'));
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    const { client, ready } = localAws;
    await client.seedDataset({ group: 'shop0', type: 'INTERACTIONS', csv: 'USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1\n' });
    await client.configurePersonalize({ secondsPending: 0, secondsInProgress: WAIT_SECONDS });
    const app = new App({ outdir });
    for (const { id, define } of recorded) { define(new Stack(app, id, { env: { account: ACCOUNT, region: REGION } })); }
    app.synth();
    const { exitCode, output } = await new CdkCli(ready).deploy(['--app', outdir, '--all', '--concurrency', '4']);
    if (exitCode !== 0) { throw new Error(output); }
    while ((await client.executions()).some(({ status }) => status === 'RUNNING')) { await new Promise(resolve => setTimeout(resolve, 200)); }

    const [calls, decisions] = [await client.calls(), await client.decisions()];
    return recorded.map(({ id, title, memory, transitionsPerLook, startInvocations }) => {
      const own = calls.filter(({ caller, service }) => new RegExp(`:assumed-role/${id}-`).test(caller) && !['lambda', 'logs', 'states'].includes(service));
      const describes = own.filter(({ operation }) => operation === 'DescribeDatasetExportJob').map(({ time }) => time);
      const looks = describes.length - 1; // one is the end of the wait
      const others = own.filter(({ operation, time }) => (
        operation !== 'DescribeDatasetExportJob' && time > describes[0]! && time < describes[looks]!)).length;
      const invocations = decisions.filter(({ action, resource }) => action === 'lambda:InvokeFunction' && resource.includes(`:function:${id}-`)).length;
      const perHour = (count: number) => Math.round(count * HOUR / WAIT_SECONDS);
      // all but the last look's, and those that start the job: CloudFormation's of the framework, the framework's of onEvent
      const lambdaInvocations = perHour(memory.length === 0 ? 0 : invocations - memory.length - startInvocations);
      const gbSecondsPerLook = memory.reduce((sum, megabytes, index) =>
        sum + megabytes / 1024 * (index === 0 ? ASSUMED_MS.handler : ASSUMED_MS.framework) / 1000, 0);
      const usage = {
        lambdaInvocations,
        gbSeconds: perHour(looks) * gbSecondsPerLook,
        stateTransitions: perHour(looks) * transitionsPerLook,
      };
      return {
        title, looks: perHour(looks), describes: perHour(looks), otherCalls: perHour(others), ...usage, usd: cost(usage),
      };
    });
  } finally {
    await localAws.stop();
    fs.rmSync(outdir, { recursive: true });
  }
}
