/**
 * `npm run demo [-- --data FILE.csv]`: deploys examples/quickstart to local AWS with the real CDK CLI: an export that succeeds, one that fails, and
 * cdk destroy. Exit code 0 if everything happened as expected.
 */
import { readFileSync } from 'fs';
import * as path from 'path';
import { parseArgs } from 'util';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { LocalAwsClient } from '../../local-aws/client';
import { sampleRows } from '../../local-aws/services/personalize/sample';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { REPOSITORY } from '../repository';

const QUICKSTART = path.join(REPOSITORY, 'examples', 'quickstart');
const COLUMNS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'];
const FAILURE = 'Insufficient privileges for accessing data in Amazon S3.';
/** Simulated seconds per second: an export takes three seconds instead of a minute. */
const SPEED = 20;

/** What did not happen as expected. */
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
    console.log(`Dataset ${datasetArn} has ${records.length} records from ${data ?? 'the built-in sample'}.`);

    const cli = new CdkCli(localAws.ready);
    const show = { cwd: QUICKSTART, onOutput: (text: string) => process.stdout.write(text) };

    title('1. cdk deploy: an export that succeeds');
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

    title('3. cdk destroy: the exported data is kept');
    const destroyed = await cli.destroy([], show);
    expect('the stack is destroyed', destroyed.exitCode === 0);
    expect('the first export is still in its bucket', await showObjects(client, first) === exported);
    expect('one export in total succeeded', (await client.jobs()).filter(({ status }) => status === 'ACTIVE').length === 1);
  } finally {
    await localAws.stop();
  }
}

/** @returns the number of records in the objects */
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
    console.log(`This did not happen:\n${surprises.map(what => `- ${what}`).join('\n')}`);
    process.exitCode = 1;
    return;
  }
  console.log([
    'One construct and one "cdk deploy" exported the dataset to an encrypted bucket.',
    'When an export failed, its deployment failed with the reason that Personalize gave, and the stack was rolled back.',
    'cdk destroy kept the exported data.',
    'No AWS account was used. The CDK CLI, the template and the Lambda code are those of a real deployment.',
  ].join('\n'));
}, error => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
