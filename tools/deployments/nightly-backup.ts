import * as path from 'path';
import { CdkCli, type CliResult } from './cdk-cli';
import { LocalAwsProcess } from './local-aws-process';
import type { LocalAwsClient } from '../../local-aws/client';
import type { ExecutionRecord } from '../../local-aws/wire';

export const NIGHTLY_BACKUP = { cwd: path.join(__dirname, '..', '..', 'examples', 'nightly-backup') };
/** Ten simulated minutes a second. */
export const SPEED = 600;

const TYPES = ['INTERACTIONS', 'ITEMS', 'USERS'] as const;

/** @returns the ARNs of the three datasets that the example exports */
export async function seedMovies(client: LocalAwsClient): Promise<string[]> {
  const arns: string[] = [];
  for (const type of TYPES) { arns.push(await client.seedDataset({ group: 'movies', type, csv: 'USER_ID,ITEM_ID\nu1,i1\nu2,i2\n' })); }
  return arns;
}

/** Deploys the example with a schedule that does not wait for the night. */
export async function deployHourly(localAws: LocalAwsProcess, onOutput?: (text: string) => void): Promise<CliResult> {
  return new CdkCli(localAws.ready).deploy(['-c', 'everyMinutes=15'], { ...NIGHTLY_BACKUP, onOutput });
}

/** Waits until the schedule has started this many runs, and they are over. */
export async function runs(client: LocalAwsClient, count: number): Promise<ExecutionRecord[]> {
  for (;;) {
    const executions = await client.executions();
    if (executions.length >= count && executions.slice(0, count).every(({ status }) => status !== 'RUNNING')) { return executions.slice(0, count); }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
