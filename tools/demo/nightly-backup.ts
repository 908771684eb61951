/**
 * `npx projen demo:nightly-backup`: deploys examples/nightly-backup to local AWS with the real CDK CLI, on a schedule that does not wait for the night,
 * and prints the reports of two runs.
 */
import * as path from 'path';
import type { LocalAwsClient } from '../../local-aws/client';
import type { ExecutionRecord } from '../../local-aws/wire';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { REPOSITORY } from '../repository';

export const NIGHTLY_BACKUP = { cwd: path.join(REPOSITORY, 'examples', 'nightly-backup') };
/** Ten simulated minutes a second. */
export const SPEED = 600;

/** @returns the ARNs of the three datasets that the example exports */
export async function seedMovies(client: LocalAwsClient): Promise<string[]> {
  const arns: string[] = [];
  for (const type of ['INTERACTIONS', 'ITEMS', 'USERS'] as const) {
    arns.push(await client.seedDataset({ group: 'movies', type, csv: 'USER_ID,ITEM_ID\nu1,i1\nu2,i2\n' }));
  }
  return arns;
}

export async function deployEvery15Minutes(localAws: LocalAwsProcess, onOutput?: (text: string) => void): Promise<CliResult> {
  return new CdkCli(localAws.ready).deploy(['-c', 'everyMinutes=15'], { ...NIGHTLY_BACKUP, onOutput });
}

/** Waits until the schedule has started this many runs and they have ended. */
export async function runs(client: LocalAwsClient, count: number): Promise<ExecutionRecord[]> {
  for (;;) {
    const executions = await client.executions();
    if (executions.length >= count && executions.slice(0, count).every(({ status }) => status !== 'RUNNING')) { return executions.slice(0, count); }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

async function main(): Promise<void> {
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    await seedMovies(localAws.client);
    const { exitCode } = await deployEvery15Minutes(localAws, text => process.stdout.write(text));
    if (exitCode !== 0) { throw new Error(`cdk deploy ended with ${exitCode}`); }
    for (const { name, status, output, error, cause } of await runs(localAws.client, 2)) {
      console.log(`\nRun ${name}: ${status}`);
      console.log(output === undefined ? `${error}: ${cause}` : JSON.stringify(JSON.parse(output), undefined, 2));
    }
  } finally {
    await localAws.stop();
  }
}

if (require.main === module) {
  main().catch(error => {
    console.error(error);
    process.exitCode = 1;
  });
}
