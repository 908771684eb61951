import { Duration, Stack } from 'aws-cdk-lib';
import type { CustomResourceExchange } from '../../local-aws/wire';
import * as library from '../../src';
import { World } from '../../tools/simulation/world';
import { SAMPLES } from '../fresh-process';
import { onLocalAws, succeeded } from '../local-deployment';
import { datasetArns, peers } from '../peers';
import { createRequest, simulate } from '../simulated-requests';
import { median, seededRandom } from '../statistics';

/** Area 4: from CloudFormation's request for the job to the answer, when the job itself takes no time. */
export interface Exchange {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  readonly waits: boolean;
  /** of the functions, the framework's included, to all services but logs */
  readonly calls: number;
}

/** Seconds from ACTIVE to the answer to CloudFormation. */
export interface Delay {
  readonly pollSeconds: number;
  readonly median: number;
  readonly longest: number;
}

/** In real time, because faster simulated time would make processes look slow. */
export async function exchanges(rounds = SAMPLES): Promise<Exchange[]> {
  const all = peers(library);
  const dataset = datasetArns(1);
  return onLocalAws(1, 1, async ({ client, endpoint, deploy }) => {
    await client.configurePersonalize({ secondsPending: 0, secondsInProgress: 0 });
    for (let round = 0; round < rounds; round++) {
      succeeded(await deploy(Object.fromEntries(all.map(peer => [`R${round}-${peer.id}`, stack => peer.define(stack, dataset)]))));
    }
    const records = await customResources(endpoint);
    const calls = await client.calls();
    return all.map(({ id, title }) => {
      const own = records.filter(({ request: { StackId } }) => new RegExp(`:stack/R\\d+-${id}/`).test(StackId));
      if (own.length !== rounds) { throw new Error(`${own.length} requests of ${id} instead of ${rounds}`); }
      const callers = new RegExp(`:assumed-role/R\\d+-${id.slice(0, 12)}`);
      const counted = calls.filter(({ caller, service }) => callers.test(caller) && service !== 'logs');
      return {
        id, title, seconds: median(own.map(secondsOf)), waits: id === 'library' || id === 'own-provider', calls: counted.length / rounds,
      };
    });
  });
}

const RECORDED_POLL_SECONDS = [1, 2, 5];

/** Recorded in deployments in real time, with jobs of 1 to 6 seconds, one after the other. */
export async function recordedDelays(jobs = SAMPLES): Promise<Delay[]> {
  return onLocalAws(1, 1, async ({ client, endpoint, deploy }) => {
    const random = seededRandom(7);
    const change = async () => client.configurePersonalize({ secondsPending: 0, secondsInProgress: 1 + 5 * random() });
    await change();
    const timer = setInterval(() => void change(), 200);
    try {
      const stacks = RECORDED_POLL_SECONDS.map(seconds => [`Every${seconds}`, (stack: Stack) => jobsInTurn(stack, jobs, seconds)] as const);
      succeeded(await deploy(Object.fromEntries(stacks), RECORDED_POLL_SECONDS.length));
    } finally {
      clearInterval(timer);
    }
    const ended = new Map((await client.jobs()).map(job => [job.datasetExportJobArn, Date.parse(job.lastUpdatedDateTime)]));
    const records = await customResources(endpoint);
    return RECORDED_POLL_SECONDS.map(pollSeconds => {
      const delays = records.filter(({ request: { StackId } }) => StackId.includes(`:stack/Every${pollSeconds}/`)).map(({ responses: [response] }) => {
        const { PhysicalResourceId } = JSON.parse(response!.body) as { PhysicalResourceId: string };
        return (Date.parse(response!.receivedAt) - ended.get(PhysicalResourceId)!) / 1000;
      });
      if (delays.length !== jobs) { throw new Error(`${delays.length} jobs instead of ${jobs}`); }
      return { pollSeconds, median: median(delays), longest: Math.max(...delays) };
    });
  });
}

function jobsInTurn(stack: Stack, jobs: number, pollSeconds: number): void {
  const provider = new library.DatasetExportProvider(stack, 'Provider', { pollInterval: Duration.seconds(pollSeconds), maxConcurrency: 1 });
  const destination = new library.ExportDestination(stack, 'Exports');
  const dataset = library.Dataset.fromDatasetArn(stack, 'Dataset', datasetArns(1)[0]!);
  for (let index = 0; index < jobs; index++) {
    new library.DatasetExportJob(stack, `Export${index}`, { dataset, destination, provider, ingestionMode: library.IngestionMode.ALL });
  }
}

const SIMULATED_POLL_SECONDS = [1, 2, 5, 10, 30, 60, 120];
const PHASES = 101;

/** The handler's code in simulated time, with jobs that end at different moments between two polls. */
export async function simulatedDelays(): Promise<Delay[]> {
  const delays: Delay[] = [];
  for (const pollSeconds of SIMULATED_POLL_SECONDS) {
    const values: number[] = [];
    for (let phase = 0; phase < PHASES; phase++) {
      const world = new World();
      const serviceSeconds = 600 + pollSeconds * phase / PHASES;
      Object.assign(world.personalize, { pendingSeconds: 0, runningSeconds: serviceSeconds });
      const { seconds } = await simulate(world, [createRequest(0, 3300)], { pollSeconds, staggerSeconds: 0 });
      values.push(seconds - serviceSeconds);
    }
    delays.push({ pollSeconds, median: median(values), longest: Math.max(...values) });
  }
  return delays;
}

async function customResources(endpoint: string): Promise<CustomResourceExchange[]> {
  const response = await fetch(`${endpoint}/_local-aws/custom-resources`);
  return await response.json() as CustomResourceExchange[];
}

function secondsOf({ sentAt, responses: [response] }: CustomResourceExchange): number {
  return (Date.parse(response!.receivedAt) - Date.parse(sentAt)) / 1000;
}
