/**
 * `npx tsx tools/permissions/record-calls.ts`: deploys all scenarios twice to local AWS, by the CDK CLI, and a third time so that they
 * roll back after a good export. Writes what IAM was asked by the stacks' roles and by Personalize to recorded-calls.json, without
 * anything that differs from run to run. With `--check`, it only says whether the file is still true.
 */
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { XMLParser } from 'fast-xml-parser';
import type { Call } from './calls';
import { DATASETS, SCENARIOS, SOURCE_CONDITIONS } from './scenarios';
import type { DecisionRecord } from '../../local-aws/wire';
import { DatasetExportJob } from '../../src';
import { CdkCli } from '../deployments/cdk-cli';
import { interactions } from '../deployments/exports';
import { failingResource } from '../deployments/failing-resource';
import { LocalAwsProcess } from '../deployments/local-aws-process';

const FILE = path.join(__dirname, 'recorded-calls.json');
const PERSONALIZE = 'personalize.amazonaws.com';

async function main(): Promise<void> {
  const localAws = await LocalAwsProcess.start({ speed: 60 });
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'recorded-'));
  try {
    const { client, ready } = localAws;
    for (const name of DATASETS) {
      const [group, type] = name.split('/');
      await client.seedDataset({ group, type: type as 'INTERACTIONS' | 'USERS', csv: type === 'USERS' ? 'USER_ID,AGE\nu1,40\n' : interactions(20).bulk });
    }
    const others = Object.keys(SCENARIOS).filter(name => name !== SOURCE_CONDITIONS);
    const sendSourceContext = (send: boolean) => client.configurePersonalize({ sendSourceContext: send });
    for (const round of [1, 2]) {
      const outdir = synthesize(folder, round);
      const deploy = async (...stacks: string[]) => {
        const { exitCode, output } = await new CdkCli(ready).deploy(['--app', outdir, '--concurrency', '3', ...stacks]);
        if (exitCode !== 0) { throw new Error(output); }
      };
      await sendSourceContext(true);
      await deploy(SOURCE_CONDITIONS);
      await sendSourceContext(false);
      await deploy(...others);
    }
    const outdir = synthesize(folder, 3, failAfterExports);
    for (const name of Object.keys(SCENARIOS)) {
      await sendSourceContext(name === SOURCE_CONDITIONS);
      const { output } = await new CdkCli(ready).deploy(['--app', outdir, name]);
      if ((await client.stack(name)).status !== 'UPDATE_ROLLBACK_COMPLETE') { throw new Error(output); }
    }
    const decisions = await client.decisions();
    const calls: Record<string, Call[]> = {};
    for (const name of Object.keys(SCENARIOS)) {
      calls[name] = callsOf(await physicalIds(ready.endpoint, name), decisions);
    }
    if (process.argv.includes('--check')) {
      if (fs.readFileSync(FILE, 'utf8') !== format(calls)) { throw new Error('recorded-calls.json is out of date'); }
    } else {
      fs.writeFileSync(FILE, format(calls));
    }
    console.log(Object.entries(calls).map(([name, { length }]) => `${name}: ${length}`).join('\n'));
  } finally {
    await localAws.stop();
    fs.rmSync(folder, { recursive: true });
  }
}

function synthesize(folder: string, round: number, also: (stack: Stack) => void = () => {}): string {
  const outdir = path.join(folder, `${round}`);
  const app = new App({ outdir });
  for (const [name, define] of Object.entries(SCENARIOS)) {
    const stack = new Stack(app, name);
    define(stack, round);
    also(stack);
  }
  app.synth();
  return outdir;
}

function failAfterExports(stack: Stack): void {
  failingResource(stack).node.addDependency(...stack.node.children.filter(child => child instanceof DatasetExportJob));
}

/** Physical ids of a stack's resources, with their logical ids. */
async function physicalIds(endpoint: string, stackName: string): Promise<Map<string, string>> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'authorization': 'AWS4-HMAC-SHA256 Credential=LOCALAWSDEPLOYER/20260101/eu-west-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ Action: 'DescribeStackResources', Version: '2010-05-15', StackName: stackName }).toString(),
  });
  const text = await response.text();
  if (!response.ok) { throw new Error(text); }
  const { member } = new XMLParser().parse(text).DescribeStackResourcesResponse.DescribeStackResourcesResult.StackResources;
  const ids = new Map<string, string>();
  for (const { PhysicalResourceId, LogicalResourceId, ResourceType, StackId } of member) {
    ids.set(StackId, 'AWS::StackId');
    // a bucket policy has the id of its bucket, a job an id of which the deployment knows nothing beforehand
    if (!/^(AWS::S3::BucketPolicy|AWS::CloudFormation::.*|Custom::.*)$/.test(ResourceType)) { ids.set(PhysicalResourceId, LogicalResourceId); }
  }
  return ids;
}

function callsOf(ids: Map<string, string>, decisions: DecisionRecord[]): Call[] {
  const replacements = [...ids].sort(([a], [b]) => b.length - a.length);
  const symbolic = (text: string) => replacements
    .reduce((result, [physicalId, logicalId]) => result.replaceAll(physicalId, `{${logicalId}}`), text)
    .replace(/_[0-9a-f]{10}[0-9a-v]{6}(?![0-9a-z])/g, '_0123456789abcdef')
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
    const isOurs = role ? who.includes('{') : [PERSONALIZE, 'lambda.amazonaws.com', 'states.amazonaws.com'].includes(principal.service!) && symbolic(resource).includes('{');
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
  const sortKey = ({ who, action, resource, by: policies }: Call) => [who, action, resource, policies ?? ''].join(' ');
  return [...calls.values()].sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function by({ principal, resource, resourcePolicy }: DecisionRecord, keyPolicy?: object): Pick<Call, 'by'> {
  if (principal.sessionArn && !principal.roleArn) { return { by: 'the resource policy alone' }; }
  if (principal.roleArn && resource.includes(':kms:') && JSON.stringify(resourcePolicy) !== JSON.stringify(keyPolicy)) { return { by: 'the role policy alone' }; }
  return {};
}

function roleOf(sessionArn: string): string {
  const [, account, name] = /:(\d+):assumed-role\/([^/]+)\//.exec(sessionArn)!;
  return `arn:aws:iam::${account}:role/${name}`;
}

function withoutSession({ 'sts:RoleSessionName': _, ...context }: NonNullable<DecisionRecord['context']>): NonNullable<DecisionRecord['context']> {
  return context;
}

/** One call a line. */
function format(calls: Record<string, Call[]>): string {
  const scenarios = Object.entries(calls).map(([name, list]) => `  ${JSON.stringify(name)}: [\n${list.map(call => `    ${JSON.stringify(call)}`).join(',\n')}\n  ]`);
  return `{\n${scenarios.join(',\n')}\n}\n`;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
