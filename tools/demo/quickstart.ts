/**
 * `npm run demo`: deploys examples/quickstart to local AWS with the real CDK CLI: an export that succeeds, one that fails, and cdk destroy.
 * Exit code 0 if everything happened as expected.
 */
import * as path from 'path';
import { stringify } from 'csv-stringify/sync';
import { argumentsOf, run } from './arguments';
import { parsed, readData, type Data } from './data-file';
import { excerpt, Story } from './story';
import type { LocalAwsClient } from '../../local-aws/client';
import { sampleRows } from '../../local-aws/services/personalize/sample';
import type { ObjectRecord } from '../../local-aws/wire';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { REPOSITORY } from '../repository';

const USAGE = `npm run demo -- [options]

Exports a dataset with a real "cdk deploy" to local AWS, a small AWS on this machine.

  --data FILE.csv  export these records instead of the built-in sample: CSV with a header row
  --verbose        show the output of the CDK CLI
  --help           show this text`;

const QUICKSTART = path.join(REPOSITORY, 'examples', 'quickstart');
const COLUMNS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'];
const FAILURE = 'Insufficient privileges for accessing data in Amazon S3.';
/** Simulated seconds per second: an export takes three seconds instead of a minute. */
const SPEED = 20;

async function main(): Promise<void> {
  const values = argumentsOf(USAGE, { data: { type: 'string' }, verbose: { type: 'boolean' } });
  if (values === undefined) { return; }
  const data = values.data === undefined ? sample() : readData(values.data as string);
  const story = new Story(values.verbose === true);

  story.banner('One construct, one cdk deploy: a Personalize dataset in an encrypted bucket', {
    real: 'the CDK CLI, the app, the template, the Lambda code',
    simulated: `CloudFormation, IAM, KMS, S3, Lambda, Personalize: local AWS, on this machine; its time runs ${SPEED} times faster`,
    data: `${data.records.length} interactions from ${values.data ?? 'the built-in sample'}`,
  });
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    await tell(story, data, localAws.client, new CdkCli(localAws.ready));
  } finally {
    await localAws.stop();
  }
  story.end({
    'the app': 'examples/quickstart/quickstart.ts',
    'nightly exports': 'npx projen demo:nightly-backup',
    'what you can set': 'README.md, API.md',
    'when it fails': 'docs/faults.md',
  });
}

async function tell(story: Story, data: Data, client: LocalAwsClient, cli: CdkCli): Promise<void> {
  const options = { cwd: QUICKSTART, onOutput: story.cliOutput };
  const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: data.csv });

  story.step('cdk deploy: an export that succeeds');
  story.facts({ dataset: datasetArn });
  const first = await cli.deploy([], options);
  story.expect('the deployment succeeds', first.exitCode === 0);
  story.facts(first.outputs.Quickstart ?? {});
  const exported = await objects(client, first);
  for (const { key, size, kmsKeyArn } of exported) {
    story.say(`   ${key.split('/').pop()}, ${size} bytes, encrypted with ${kmsKeyArn ?? 'a key of S3'}`);
  }
  const lines = exported.flatMap(({ records }) => records);
  story.quote(stringify([...exported.slice(0, 1).map(({ header }) => header), ...lines.slice(0, 3)]));
  const expected = new Set(data.records.map(record => JSON.stringify(record))).size;
  story.expect(`all ${expected} different records are exported`, lines.length === expected);

  story.step('cdk deploy -c ingestionMode=BULK: an export that fails, because local AWS is told to let the next jobs fail');
  await client.configurePersonalize({ failNextJobsWith: FAILURE });
  const second = await cli.deploy(['-c', 'ingestionMode=BULK'], options);
  story.expect('the deployment fails', second.exitCode !== 0);
  story.expect('its output says why, in Personalize\'s own words:', second.output.includes(FAILURE));
  story.quote(excerpt(second.output, 'Dataset export job failed', 5).join('\n'));
  story.expect('the stack is rolled back: its outputs name the first export', (await client.stack('Quickstart')).status === 'UPDATE_ROLLBACK_COMPLETE');

  story.step('cdk destroy: the exported data is kept');
  const destroyed = await cli.destroy([], options);
  story.expect('the stack is destroyed', destroyed.exitCode === 0);
  story.expect('the exported objects are still in their bucket', (await objects(client, first)).length === exported.length);
  story.expect('one export in total succeeded', (await client.jobs()).filter(({ status }) => status === 'ACTIVE').length === 1);
}

function sample(): Data {
  const csv = stringify(sampleRows('INTERACTIONS', COLUMNS), { header: true, columns: COLUMNS });
  return { csv, ...parsed(csv, 'the sample') };
}

async function objects(client: LocalAwsClient, { outputs }: CliResult): Promise<(ObjectRecord & Pick<Data, 'header' | 'records'>)[]> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(outputs.Quickstart?.OutputUri ?? '') ?? [];
  if (bucket === undefined) { return []; }
  const found = (await client.objects(bucket)).filter(({ key }) => key.startsWith(prefix));
  return Promise.all(found.map(async object => {
    return { ...object, ...parsed((await client.objectBody(bucket, object.key)).toString('utf8'), object.key) };
  }));
}

run(main);
