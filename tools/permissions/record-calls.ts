/**
 * `npx tsx tools/permissions/record-calls.ts`: deploys all scenarios to local AWS and writes the calls that IAM decided about to recorded-calls.json,
 * without anything that differs from run to run. With names of scenarios, it deploys these only and keeps the calls of the others. With
 * `--check`, it only tells whether the file is up to date.
 */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { type Call, EVERYWHERE } from './calls';
import { RECORDED } from './minimality';
import { DATASETS, SCENARIOS, SOURCE_CONDITIONS } from './scenarios';
import type { DecisionRecord, StackRecord } from '../../local-aws/wire';
import { DatasetExportJob } from '../../src';
import { CdkCli } from '../local-deployment/cdk-cli';
import { failingResource } from '../local-deployment/failing-resource';
import { LocalAwsProcess } from '../local-deployment/local-aws-process';
import { interactions } from '../local-deployment/records';

const FILE = path.join(__dirname, 'recorded-calls.json');
const PERSONALIZE = 'personalize.amazonaws.com';
/** Services whose calls our policies allow. */
const SERVICES = /^(personalize|lambda|states|logs\.[\w-]+|delivery\.logs)\.amazonaws\.com$/;
const named = process.argv.slice(2).filter(argument => argument !== '--check');
const CHOSEN = Object.keys(SCENARIOS).filter(name => named.length === 0 || named.includes(name));

async function main(): Promise<void> {
  const localAws = await LocalAwsProcess.start({ speed: 60 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recorded-'));
  try {
    await deployScenarios(localAws, folder);
    const decisions = await localAws.client.decisions();
    const calls: Record<string, Call[]> = {};
    for (const name of Object.keys(SCENARIOS)) {
      calls[name] = !CHOSEN.includes(name) ? [...RECORDED[name]].sort(byKey) : callsOf(logicalIds(await localAws.client.stack(name)), decisions);
    }
    if (!process.argv.includes('--check')) {
      fs.writeFileSync(FILE, format(calls));
    } else if (fs.readFileSync(FILE, 'utf8') !== format(calls)) {
      throw new Error('recorded-calls.json is out of date');
    }
    console.log(Object.entries(calls).map(([name, { length }]) => `${name}: ${length}`).join('\n'));
  } finally {
    await localAws.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

/** Each of them twice, and a third time so that it rolls back after a good export. */
async function deployScenarios({ client, ready }: LocalAwsProcess, folder: string): Promise<void> {
  for (const name of DATASETS) {
    const [group, type] = name.split('/');
    await client.seedDataset({ group, type: type as 'INTERACTIONS' | 'USERS', csv: type === 'USERS' ? 'USER_ID,AGE\nu1,40\n' : interactions(20).bulk });
  }
  const cli = new CdkCli(ready);
  for (const round of [1, 2, 3]) {
    const outdir = synthesize(path.join(folder, `${round}`), round);
    for (const name of CHOSEN) {
      await client.configurePersonalize({ sendSourceContext: name === SOURCE_CONDITIONS });
      const { output } = await cli.deploy(['--app', outdir, name]);
      const status = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE'][round - 1];
      if ((await client.stack(name)).status !== status) { throw new Error(output); }
    }
  }
}

function synthesize(outdir: string, round: number): string {
  const app = new App({ outdir });
  for (const [name, define] of Object.entries(SCENARIOS)) {
    const stack = new Stack(app, name);
    define(stack, round);
    if (round === 3) { failingResource(stack).node.addDependency(...stack.node.children.filter(child => child instanceof DatasetExportJob)); }
  }
  app.synth();
  return outdir;
}

/** The logical ids of a stack's resources, by their physical ids. */
function logicalIds({ stackId, events }: StackRecord): Map<string, string> {
  return new Map([
    [stackId, 'AWS::StackId'],
    // a bucket policy has the id of its bucket, and nobody knows the id of a job beforehand
    // the ARN of a queue has the last part of its URL
    ...events.filter(({ resourceType, physicalId }) => physicalId !== '' && !/^(AWS::S3::BucketPolicy|AWS::CloudFormation::.*|Custom::.*)$/.test(resourceType))
      .map(({ physicalId, logicalId }) => [physicalId.replace(/^https:.*\//, ''), logicalId] as const),
  ]);
}

function callsOf(ids: Map<string, string>, decisions: DecisionRecord[]): Call[] {
  const replacements = [...ids].sort(([a], [b]) => b.length - a.length);
  const symbolic = (text: string) => replacements
    .reduce((result, [physicalId, logicalId]) => result.replaceAll(physicalId, `{${logicalId}}`), text)
    .replace(/_[0-9a-f]{10}[0-9a-v]{6}(?![0-9a-z])/g, '_0123456789abcdef')
    .replace(/\/date=\d{4}-\d{2}-\d{2}\//g, '/date=2026-11-24/')
    .replace(/network-interface\/eni-\w+/g, 'network-interface/eni-0123456789abcdef0')
    .replace(/:log-stream:.*/, ':log-stream:stream');
  const keyPolicies = new Map<string, object>();
  for (const { principal, resource, resourcePolicy } of decisions) {
    if (principal.service === PERSONALIZE && resource.includes(':kms:')) { keyPolicies.set(resource, resourcePolicy!); }
  }

  const calls = new Map<string, Call>();
  for (const decision of decisions) {
    const { principal, action, resource, context } = decision;
    const role = principal.roleArn ?? (principal.sessionArn && roleOf(principal.sessionArn));
    const who = role ? `role ${symbolic(role).replace(/^arn:aws:iam::\d+:role\//, '')}` : `service ${principal.service}`;
    const isOurs = role ? who.includes('{') : SERVICES.test(principal.service!) && symbolic(resource).includes('{');
    if (!isOurs) { continue; }
    if (!decision.allowed) { throw new Error(`refused: ${JSON.stringify(decision)}`); }
    const call: Call = {
      who,
      action,
      resource: symbolic(resource),
      ...context && Object.keys(context).length > 0 ? { context: JSON.parse(symbolic(JSON.stringify(withoutSession(context)))) } : {},
      ...by(decision, keyPolicies.get(resource)),
    };
    calls.set(JSON.stringify(call), call);
  }
  return [...calls.values()].sort(byKey);
}

function byKey(one: Call, other: Call): number {
  const key = ({ who, action, resource, by: policies }: Call) => [who, action, resource, policies ?? ''].join(' ');
  return key(one) < key(other) ? -1 : 1;
}

function by({ principal, resourcePolicy }: DecisionRecord, keyPolicy?: object): Pick<Call, 'by'> {
  if (principal.sessionArn && !principal.roleArn) { return { by: 'the resource policy alone' }; }
  if (principal.roleArn && keyPolicy && JSON.stringify(resourcePolicy) !== JSON.stringify(keyPolicy)) { return { by: 'the role policy alone' }; }
  return {};
}

function roleOf(sessionArn: string): string {
  const [, account, name] = /:(\d+):assumed-role\/([^/]+)\//.exec(sessionArn)!;
  return `arn:aws:iam::${account}:role/${name}`;
}

function withoutSession({ 'sts:RoleSessionName': _, ...context }: NonNullable<DecisionRecord['context']>): NonNullable<DecisionRecord['context']> {
  return context;
}

/** One call a line, and those that all scenarios make only once. */
function format(calls: Record<string, Call[]>): string {
  const isIn = (list: Call[], call: Call) => list.some(other => JSON.stringify(other) === JSON.stringify(call));
  const [first, ...others] = Object.values(calls);
  const everywhere = first.filter(call => others.every(list => isIn(list, call)));
  const own = Object.entries(calls).map(([name, list]) => [name, list.filter(call => !isIn(everywhere, call))]);
  const scenarios = Object.entries<Call[]>({ [EVERYWHERE]: everywhere, ...Object.fromEntries(own) }).map(([name, list]) => `  ${JSON.stringify(name)}: [\n${list.map(call => `    ${JSON.stringify(call)}`).join(',\n')}\n  ]`);
  return `{\n${scenarios.join(',\n')}\n}\n`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
