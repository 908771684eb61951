/**
 * `npm run demo`: deploys examples/query to local AWS with the real CDK CLI: an export, a question to it, an export that fails, and cdk destroy.
 * Exit code 0 if everything happened as expected.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import * as path from 'path';
import { isDeepStrictEqual } from 'util';
import { stringify } from 'csv-stringify/sync';
import { argumentsOf, run } from './arguments';
import { bundle } from './bundle';
import { parsed, readData, type Data } from './data-file';
import { excerpt, Story } from './story';
import type { LocalAwsClient } from '../../local-aws/client';
import { sampleRows } from '../../local-aws/services/personalize/sample';
import type { ObjectRecord } from '../../local-aws/wire';
import { CdkCli, type CliResult } from '../local-deployment/cdk-cli';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { COLUMNS, exportedObjects } from '../local-deployment/records';
import { queryEngineOver } from '../query/local-catalog';
import { REPOSITORY } from '../repository';

const USAGE = `npm run demo -- [options]

Exports a dataset with a real "cdk deploy" to local AWS, a small AWS on this machine.

  --data FILE.csv  export these records instead of the built-in sample: CSV with a header row
  --verbose        show the output of the CDK CLI
  --help           show this text`;

const QUERY = path.join(REPOSITORY, 'examples', 'query');
const FAILURE = 'Insufficient privileges for accessing data in Amazon S3.';
/** Simulated seconds per second: an export takes three seconds instead of a minute. */
const SPEED = 20;

async function main(): Promise<void> {
  const values = argumentsOf(USAGE, { data: { type: 'string' }, verbose: { type: 'boolean' } });
  if (values === undefined) { return; }
  const data = values.data === undefined ? sample() : readData(values.data as string);
  bundle();
  const story = new Story(values.verbose === true);

  story.banner('One construct, one cdk deploy: a Personalize dataset in an encrypted bucket', {
    real: 'the CDK CLI, the app, the template, the Lambda code',
    simulated: `CloudFormation, IAM, KMS, S3, Lambda, Personalize: local AWS, on this machine; its time runs ${SPEED} times faster. DuckDB stands in for Athena`,
    data: `${values.data ?? 'the built-in sample'}: ${data.records.length} records with the columns ${data.header.join(', ')}`,
  });
  const schema = values.data === undefined ? undefined : schemaFile(data);
  const localAws = await LocalAwsProcess.start({ speed: SPEED });
  try {
    await tell(story, data, schema === undefined ? [] : ['-c', `schemaFile=${schema}`], localAws.client, new CdkCli(localAws.ready));
  } finally {
    await localAws.stop();
    if (schema !== undefined) { rmSync(path.dirname(schema), { recursive: true }); }
  }
  story.end({
    'the app': 'examples/query/query.ts',
    'nightly exports': 'npx projen demo:nightly-backup',
    'what you can set': 'README.md, API.md',
    'when it fails': 'docs/faults.md',
  });
}

async function tell(story: Story, data: Data, context: string[], client: LocalAwsClient, cli: CdkCli): Promise<void> {
  const options = { cwd: QUERY, onOutput: story.cliOutput };
  const datasetArn = await client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: data.csv });

  story.step('cdk deploy: an export, and a table over it');
  story.facts({ dataset: datasetArn });
  const first = await cli.deploy(context, options);
  story.expect('the deployment succeeds', first.exitCode === 0);
  if (first.exitCode !== 0) {
    story.quote(first.output.trimEnd().split('\n').slice(-15).join('\n'));
    return;
  }
  story.facts({ OutputUri: first.outputs.Query?.OutputUri ?? '' });
  const exported = await objects(client, first);
  for (const { key, size, kmsKeyArn } of exported) {
    story.say(`   ${key.split('/').pop()}, ${size} bytes, encrypted with ${kmsKeyArn ?? 'a key of S3'}`);
  }
  const lines = exported.flatMap(({ records }) => records);
  story.quote(stringify([...exported.slice(0, 1).map(({ header }) => header), ...lines.slice(0, 3)]));
  const expected = differentRecords(data).length;
  story.expect(`all ${expected} different records are exported`, lines.length === expected);

  story.step(`a question to the export, through its table: ${hasItems(data) ? 'which items have the most interactions?' : 'how many records are there?'}`);
  await ask(story, data, hasItems(data) ? first.outputs.Query?.MostPopular : 'SELECT \'records\', count(*) FROM query_exports.interactions', client);

  story.step('cdk deploy -c ingestionMode=BULK: an export that fails, because local AWS is told to let the next jobs fail');
  await client.configurePersonalize({ failNextJobsWith: FAILURE });
  const second = await cli.deploy([...context, '-c', 'ingestionMode=BULK'], options);
  story.expect('the deployment fails', second.exitCode !== 0);
  story.expect('its output says why, in Personalize\'s own words:', second.output.includes(FAILURE));
  story.quote(excerpt(second.output, 'Dataset export job failed', 5).join('\n'));
  story.expect('the stack is rolled back: its outputs name the first export', (await client.stack('Query')).status === 'UPDATE_ROLLBACK_COMPLETE');

  story.step('cdk destroy: the exported data is kept');
  const destroyed = await cli.destroy(context, options);
  story.expect('the stack is destroyed', destroyed.exitCode === 0);
  story.expect('the exported objects are still in their bucket', (await objects(client, first)).length === exported.length);
  story.expect('one export in total succeeded', (await client.jobs()).filter(({ status }) => status === 'ACTIVE').length === 1);
}

async function ask(story: Story, data: Data, sql: string | undefined, client: LocalAwsClient): Promise<void> {
  if (sql === undefined) { return; }
  if (data.records.flat().some(value => value.includes('\n'))) {
    story.say('   Not asked: your data has line breaks in values, which Athena cannot read from CSV. docs/query.md says what can.');
    return;
  }
  story.say(`   ${sql}`);
  const engine = await queryEngineOver(client);
  try {
    const answer = (await engine.query(sql)).getRowsJS().map(([what, count]) => [String(what), String(count)]);
    story.facts(answer);
    story.expect('the answer is that of the dataset', isDeepStrictEqual(answer, answerOf(data)));
  } catch (error) {
    story.quote((error as Error).message);
    story.expect('the question is answered', false);
  } finally {
    engine.close();
  }
}

/** The same answer, from the dataset instead of the export. */
function answerOf(data: Data): string[][] {
  const records = differentRecords(data);
  if (!hasItems(data)) { return [['records', String(records.length)]]; }
  const counts = new Map<string, number>();
  for (const record of records) {
    const item = record[data.header.indexOf('ITEM_ID')];
    counts.set(item, (counts.get(item) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return byCount.slice(0, 5).map(([item, count]) => [item, String(count)]);
}

function hasItems({ header }: Data): boolean {
  return header.includes('ITEM_ID');
}

/** Personalize exports records that are equal once. */
function differentRecords({ records }: Data): string[][] {
  return [...new Map(records.map(record => [JSON.stringify(record), record])).values()];
}

/** A schema for records of one's own: all fields are texts. */
function schemaFile({ header }: Data): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'demo-')), 'schema.json');
  writeFileSync(file, JSON.stringify({ type: 'record', name: 'Interactions', fields: header.map(name => ({ name, type: 'string' })) }));
  return file;
}

function sample(): Data {
  const csv = stringify(sampleRows('INTERACTIONS', COLUMNS), { header: true, columns: COLUMNS });
  return { csv, ...parsed(csv, 'the sample') };
}

async function objects(client: LocalAwsClient, { outputs }: CliResult): Promise<(ObjectRecord & Pick<Data, 'header' | 'records'>)[]> {
  const uri = outputs.Query?.OutputUri;
  if (uri === undefined) { return []; }
  return (await exportedObjects(client, uri)).map(object => ({ ...object, ...parsed(object.body.toString('utf8'), object.key) }));
}

run(main);
