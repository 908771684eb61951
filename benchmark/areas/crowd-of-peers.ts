import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { AT_A_TIME } from './crowd';
import * as library from '../../src';
import { CdkCli } from '../../tools/deployments/cdk-cli';
import { LocalAwsProcess } from '../../tools/deployments/local-aws-process';
import { ACCOUNT, REGION, datasetArns, peers } from '../peers';

/** What becomes of a stack with more jobs than the service allows at a time. */
export interface PeerCrowd {
  readonly title: string;
  readonly jobs: number;
  /** whether the deployment ended well */
  readonly green: boolean;
  readonly started: number;
  readonly active: number;
  /** of the jobs that failed */
  readonly reasons: readonly string[];
}

const JOBS = AT_A_TIME + 1;

/** Few jobs, for most peers cannot hold 400: each peer's stack deployed to a local AWS of its own that allows 5 at a time. */
export async function crowdOfPeers(): Promise<PeerCrowd[]> {
  const results: PeerCrowd[] = [];
  for (const peer of peers(library)) {
    const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'crowd-'));
    const localAws = await LocalAwsProcess.start({ speed: 30 });
    try {
      const { client, ready } = localAws;
      for (let index = 0; index < JOBS; index++) {
        await client.seedDataset({ group: `shop${index}`, type: 'INTERACTIONS', csv: 'USER_ID,ITEM_ID,TIMESTAMP\nu1,i1,1\n' });
      }
      // long enough that all have tried before the first is done
      await client.configurePersonalize({ maxConcurrentJobs: AT_A_TIME, secondsPending: 0, secondsInProgress: 300 });
      const app = new App({ outdir });
      peer.define(new Stack(app, 'Crowd', { env: { account: ACCOUNT, region: REGION } }), datasetArns(JOBS));
      app.synth();
      const { exitCode } = await new CdkCli(ready).deploy(['--app', outdir]);
      const running = async () => (await client.executions()).some(({ status }) => status === 'RUNNING')
        || (await client.jobs()).some(({ status }) => status.startsWith('CREATE ') && status !== 'CREATE FAILED');
      while (await running()) { await new Promise(resolve => setTimeout(resolve, 200)); }
      const jobs = await client.jobs();
      results.push({
        title: peer.title,
        jobs: JOBS,
        green: exitCode === 0,
        started: jobs.length,
        active: jobs.filter(({ status }) => status === 'ACTIVE').length,
        reasons: [...new Set(jobs.flatMap(({ failureReason }) => failureReason ?? []))],
      });
    } finally {
      await localAws.stop();
      fs.rmSync(outdir, { recursive: true });
    }
  }
  return results;
}
