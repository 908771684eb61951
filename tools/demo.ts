/**
 * `npm run demo [-- --data FILE.csv]`: the quickstart example, deployed by the real CDK CLI to local AWS: an export that
 * works, one that fails, and the end of the stack. Exit code 0 if all of it went as it should.
 */
import { readFileSync } from 'fs';
import * as path from 'path';
import { parseArgs } from 'util';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { CdkCli, type CliResult } from './deployments/cdk-cli';
import { LocalAwsProcess } from './deployments/local-aws-process';
import type { LocalAwsClient } from '../local-aws/client';
import { sampleRows } from '../local-aws/services/personalize/sample';

const QUICKSTART = path.join(__dirname, '..', 'examples', 'quickstart');
const COLUMNS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'];
const FAILURE = 'Insufficient privileges for accessing data in Amazon S3.';
/** 20 simulated seconds in one real second: an export takes three seconds instead of a minute. */
const SPEED = 20;

/** What happened otherwise than it should. */
const surprises: string[] = [];

async function main(): Promise<void> {
  const { values: { data } } = parseArgs({ options: { data: { type: 'string' } } });
  const csv = data === undefined ? stringify(sampleRows('INTERACTIONS', COLUMNS), { header: true, columns: COLUMNS }) : readFileSync(data, 'utf8');
  const records: string[][] = parse(csv, { fromLine: 2 });

  title('Local AWS, on this machine: no account, no network');
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    const { client } = localAws;
    const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv });
    console.log(`Dataset ${datasetArn} holds ${records.length} records from ${data ?? 'the built-in sample'}.`);

    const cli = new CdkCli(localAws.ready);
    const show = { cwd: QUICKSTART, onOutput: (text: string) => process.stdout.write(text) };

    title('1. cdk deploy: an export that works');
    const first = await cli.deploy([], show);
    expect('the first deployment succeeds', first.exitCode === 0);
    const exported = await showObjects(client, first);
    expect(`all ${distinct(records)} different records are exported`, exported === distinct(records));

    title('2. cdk deploy: an export that fails, on purpose');
    await client.configurePersonalize({ failNextJobsWith: FAILURE });
    const second = await cli.deploy(['-c', 'ingestionMode=BULK'], show);
    expect('the second deployment fails', second.exitCode !== 0);
    expect('its output shows Personalize\'s reason', second.output.includes(FAILURE));
    expect('the stack is rolled back', second.output.includes('UPDATE_ROLLBACK_COMPLET'));

    title('3. cdk destroy: the exported data stays');
    const destroyed = await cli.destroy([], show);
    expect('the stack is destroyed', destroyed.exitCode === 0);
    expect('the first export is still in its bucket', await showObjects(client, first) === exported);
    expect('one export succeeded in all', (await client.jobs()).filter(({ status }) => status === 'ACTIVE').length === 1);
  } finally {
    await localAws.stop();
  }
}

/** @returns how many records the objects hold */
async function showObjects(client: LocalAwsClient, { outputs }: CliResult): Promise<number> {
  const uri = outputs.Quickstart?.OutputUri;
  if (uri === undefined) { return 0; }
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri)!;
  let records = 0;
  for (const { key, size, kmsKeyArn } of (await client.objects(bucket)).filter(object => object.key.startsWith(prefix))) {
    const lines = (await client.objectBody(bucket, key)).toString('utf8').trimEnd().split('\n');
    console.log(`\ns3://${bucket}/${key} (${size} bytes, encrypted with ${kmsKeyArn ?? 'a key of S3'})`);
    console.log(lines.slice(0, 4).map(line => `  ${line}`).join('\n'), lines.length > 4 ? `\n  ... ${lines.length - 4} more` : '');
    records += lines.length - 1;
  }
  return records;
}

function distinct(records: string[][]): number {
  return new Set(records.map(record => JSON.stringify(record))).size;
}

function expect(what: string, isSo: boolean): void {
  if (!isSo) { surprises.push(what); }
}

function title(text: string): void {
  console.log(`\n${'='.repeat(100)}\n${text}\n${'='.repeat(100)}`);
}

main().then(() => {
  title('Summary');
  if (surprises.length > 0) {
    console.log(`This did not go as it should. Expected, and not so:\n${surprises.map(what => `- ${what}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  console.log([
    'One construct and one "cdk deploy" exported the dataset to an encrypted bucket.',
    'The export that failed made its deployment fail, with Personalize\'s own reason, and the stack went back to what it was.',
    'Destroying the stack kept the exported data.',
    'Nothing of this used an AWS account; the CDK CLI, the template and the Lambda code are those that a real deployment would use.',
  ].join('\n'));
}, error => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
