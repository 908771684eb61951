import { AT_A_TIME } from './crowd';
import * as library from '../../src';
import { onLocalAws } from '../local-deployment';
import { datasetArns, peers } from '../peers';

/** What becomes of a stack with more jobs than Personalize allows at a time. */
export interface PeerCrowd {
  readonly title: string;
  readonly jobs: number;
  /** whether the deployment succeeded */
  readonly green: boolean;
  readonly started: number;
  readonly active: number;
  /** of the jobs that failed */
  readonly reasons: readonly string[];
}

const JOBS = AT_A_TIME + 1;

/** Few jobs, for most peers cannot hold 400: each peer's stack is deployed to a local AWS of its own that allows 5 at a time. */
export async function crowdOfPeers(): Promise<PeerCrowd[]> {
  const results: PeerCrowd[] = [];
  for (const peer of peers(library)) {
    results.push(await onLocalAws(30, JOBS, async ({ client, deploy }) => {
      // long enough that all have tried before the first is done
      await client.configurePersonalize({ maxConcurrentJobs: AT_A_TIME, secondsPending: 0, secondsInProgress: 300 });
      const { exitCode } = await deploy({ Crowd: stack => peer.define(stack, datasetArns(JOBS)) });
      const running = async () => (await client.executions()).some(({ status }) => status === 'RUNNING')
        || (await client.jobs()).some(({ status }) => status.startsWith('CREATE ') && status !== 'CREATE FAILED');
      while (await running()) { await new Promise(resolve => setTimeout(resolve, 200)); }
      const jobs = await client.jobs();
      return {
        title: peer.title,
        jobs: JOBS,
        green: exitCode === 0,
        started: jobs.length,
        active: jobs.filter(({ status }) => status === 'ACTIVE').length,
        reasons: [...new Set(jobs.flatMap(({ failureReason }) => failureReason ?? []))],
      };
    }));
  }
  return results;
}
