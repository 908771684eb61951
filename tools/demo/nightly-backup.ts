/**
 * `npx projen demo:nightly-backup`: deploys examples/nightly-backup to local AWS with the real CDK CLI, on a schedule that does not wait for the night,
 * and prints the reports of two runs.
 */
import * as path from 'path';
import { argumentsOf, run } from './arguments';
import { bundle } from './bundle';
import { Story } from './story';
import type { LocalAwsClient } from '../../local-aws/client';
import type { ExecutionRecord } from '../../local-aws/wire';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { REPOSITORY } from '../repository';

export const NIGHTLY_BACKUP = { cwd: path.join(REPOSITORY, 'examples', 'nightly-backup') };
const USAGE = `npx projen demo:nightly-backup [options]

  --verbose  show the output of the CDK CLI
  --help     show this text`;
const DATASET_TYPES = ['INTERACTIONS', 'ITEMS', 'USERS'] as const;

/** Ten simulated minutes a second. */
export const SPEED = 600;

/** @returns the ARNs of the three datasets that the example exports */
export async function seedMovies(client: LocalAwsClient): Promise<string[]> {
  const arns: string[] = [];
  for (const type of DATASET_TYPES) {
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
  const values = argumentsOf(USAGE, { verbose: { type: 'boolean' } });
  if (values === undefined) { return; }
  bundle();
  const story = new Story(values.verbose === true);
  story.banner('A schedule that exports all datasets of a dataset group', {
    real: 'the CDK CLI, the app, the template',
    simulated: `CloudFormation, IAM, S3, Step Functions, the schedule, Personalize: local AWS, on this machine; ${SPEED / 60} of its minutes pass in a second`,
  });
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    story.step('cdk deploy -c everyMinutes=15: a state machine, and a schedule that does not wait for the night');
    await seedMovies(localAws.client);
    const { exitCode } = await deployEvery15Minutes(localAws, story.cliOutput);
    story.expect('the deployment succeeds', exitCode === 0);
    if (exitCode === 0) { await tellRuns(story, localAws.client); }
  } finally {
    await localAws.stop();
  }
  story.end({
    'the app': 'examples/nightly-backup/nightly-backup.ts',
    'what a run does': 'docs/workflow.md',
  });
}

async function tellRuns(story: Story, client: LocalAwsClient): Promise<void> {
  for (const { status, output, startDate, stopDate } of await runs(client, 2)) {
    story.step(`the schedule starts a run at ${timeOfDay(startDate)}`);
    story.expect(`it succeeds at ${timeOfDay(stopDate)}`, status === 'SUCCEEDED');
    const { datasets = [] } = JSON.parse(output ?? '{}') as { datasets?: { datasetArn: string; status: string; outputUri: string }[] };
    story.expect(`its report has ${DATASET_TYPES.length} exports`, datasets.length === DATASET_TYPES.length);
    for (const dataset of datasets) { story.facts({ [dataset.status]: dataset.outputUri }); }
  }
}

function timeOfDay(seconds: number | undefined): string {
  return seconds === undefined ? 'an unknown time' : `${new Date(seconds * 1000).toISOString().slice(11, 19)} UTC`;
}

if (require.main === module) { run(main); }
