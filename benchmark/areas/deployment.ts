import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import type { CallRecord, CustomResourceExchange } from '../../local-aws/wire';
import * as library from '../../src';
import { CdkCli } from '../../tools/deployments/cdk-cli';
import { LocalAwsProcess } from '../../tools/deployments/local-aws-process';
import { World } from '../../tools/simulation/world';
import { SAMPLES } from '../fresh-process';
import { ACCOUNT, REGION, datasetArns, peers } from '../peers';
import { createRequest, simulate } from '../simulated-requests';
import { median, seededRandom } from '../statistics';

/** Area 4: what is between CloudFormation's request for the job and its answer when the job itself takes no time. */
export interface Exchange {
  readonly id: string;
  readonly title: string;
  readonly seconds: number;
  readonly waits: boolean;
  /** of the functions, the framework's included, to all services but logs */
  readonly calls: number;
}

/** How long after ACTIVE CloudFormation has the answer, in seconds. */
export interface Delay {
  readonly pollSeconds: number;
  readonly median: number;
  readonly longest: number;
}

/** Real time: simulated time that runs faster would make processes look slow. */
export async function exchanges(rounds = SAMPLES): Promise<Exchange[]> {
  const all = peers(library);
  const dataset = datasetArns(1);
  return withLocalAws(async (localAws, cli) => {
    await localAws.client.configurePersonalize({ secondsPending: 0, secondsInProgress: 0 });
    for (let round = 0; round < rounds; round++) {
      await deploy(cli, app => {
        for (const peer of all) { peer.define(stackIn(app, `R${round}-${peer.id}`), dataset); }
      }, 1);
    }
    const records = await customResources(localAws);
    const calls = await localAws.client.calls();
    return all.map(({ id, title }) => {
      const own = records.filter(({ request: { StackId } }) => new RegExp(`:stack/R\\d+-${id}/`).test(StackId));
      if (own.length !== rounds) { throw new Error(`${own.length} requests of ${id} instead of ${rounds}`); }
      const callers = new RegExp(`:assumed-role/R\\d+-${id.slice(0, 12)}`);
      const counted = calls.filter(({ caller, service }: CallRecord) => callers.test(caller) && service !== 'logs');
      return {
        id, title, seconds: median(own.map(secondsOf)), waits: id === 'library' || id === 'own-provider', calls: counted.length / rounds,
      };
    });
  });
}

const RECORDED_POLL_SECONDS = [1, 2, 5];

/** Recorded in deployments in real time, with jobs of 1 to 6 seconds, one after the other. */
export async function recordedDelays(jobs = SAMPLES): Promise<Delay[]> {
  return withLocalAws(async (localAws, cli) => {
    const random = seededRandom(7);
    const change = async () => localAws.client.configurePersonalize({ secondsPending: 0, secondsInProgress: 1 + 5 * random() });
    await change();
    const timer = setInterval(() => void change(), 200);
    try {
      await deploy(cli, app => {
        for (const seconds of RECORDED_POLL_SECONDS) {
          const stack = stackIn(app, `Every${seconds}`);
          const provider = new library.DatasetExportProvider(stack, 'Provider', { pollInterval: Duration.seconds(seconds) });
          const destination = new library.ExportDestination(stack, 'Exports');
          const dataset = library.Dataset.fromDatasetArn(stack, 'Dataset', datasetArns(1)[0]!);
          let previous: library.DatasetExportJob | undefined;
          for (let index = 0; index < jobs; index++) {
            const job = new library.DatasetExportJob(stack, `Export${index}`, { dataset, destination, provider, ingestionMode: library.IngestionMode.ALL });
            if (previous) { job.node.addDependency(previous); }
            previous = job;
          }
        }
      }, RECORDED_POLL_SECONDS.length);
    } finally {
      clearInterval(timer);
    }
    const ended = new Map((await localAws.client.jobs()).map(job => [job.datasetExportJobArn, Date.parse(job.lastUpdatedDateTime)]));
    const records = await customResources(localAws);
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

const SIMULATED_POLL_SECONDS = [1, 2, 5, 10, 30, 60, 120];
const PHASES = 101;

/** The handler's own code in simulated time, which its steps take none of: jobs that end at all moments between two looks. */
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

async function withLocalAws<T>(work: (localAws: LocalAwsProcess, cli: CdkCli) => Promise<T>): Promise<T> {
  const localAws = await LocalAwsProcess.start({ speed: 1 });
  try {
    await localAws.client.seedDataset({ group: 'shop0', type: 'INTERACTIONS', csv: 'USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1\n' });
    return await work(localAws, new CdkCli(localAws.ready));
  } finally {
    await localAws.stop();
  }
}

function stackIn(app: App, name: string): Stack {
  return new Stack(app, name, { env: { account: ACCOUNT, region: REGION } });
}

async function deploy(cli: CdkCli, define: (app: App) => void, concurrency: number): Promise<void> {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'deployment-'));
  try {
    const app = new App({ outdir });
    define(app);
    app.synth();
    const { exitCode, output } = await cli.deploy(['--app', outdir, '--all', '--concurrency', String(concurrency)]);
    if (exitCode !== 0) { throw new Error(output); }
  } finally {
    fs.rmSync(outdir, { recursive: true });
  }
}

async function customResources({ ready }: LocalAwsProcess): Promise<CustomResourceExchange[]> {
  const response = await fetch(`${ready.endpoint}/_local-aws/custom-resources`);
  return await response.json() as CustomResourceExchange[];
}

function secondsOf({ sentAt, responses: [response] }: CustomResourceExchange): number {
  return (Date.parse(response!.receivedAt) - Date.parse(sentAt)) / 1000;
}
