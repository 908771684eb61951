/**
 * `npx projen integ [-- -c datasetArn=<ARN>]`: deploys tools/integ/app.ts to the AWS account of the environment, checks the results of its assertions
 * and destroys the stacks. `npx projen integ -- --probe [FILE]` does the same with tools/integ/probe/app.ts, and prints what exports look like, or
 * writes it to the file. Exit code 0 if all of it succeeded.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { REPOSITORY } from '../repository';
import { layoutOf } from './probe/layout';
import { probe, type StackOutputs } from './probe/probe';

const CDK = path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** An assertion that fails does not fail the deployment: its result is an output of the stack of assertions. */
export function failedAssertions(outputs: StackOutputs): string[] {
  const results = Object.values(outputs).flatMap(stack => Object.entries(stack)).filter(([name]) => name.startsWith('AssertionResults'));
  if (results.length === 0) { return ['there is no result of any assertion']; }
  return results
    .map(([name, text]) => ({ name, ...JSON.parse(text) as { status: string; message?: string } }))
    .filter(({ status }) => status !== 'success')
    .map(({ name, message }) => `${name}: ${message}`);
}

/** Deploys stacks of an app to the account of the environment; undefined if that failed. */
type Deploy = (...stacks: string[]) => StackOutputs | undefined;

/**
 * Destroys the stacks in the end, whatever happens.
 *
 * @returns what went wrong
 */
async function withApp(file: string, args: string[], use: (deploy: Deploy) => string[] | Promise<string[]>): Promise<string[]> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'integ-'));
  const outputsFile = path.join(folder, 'outputs.json');
  const app = ['--app', `node --import tsx tools/integ/${file}`, '--output', path.join(folder, 'cdk.out'), ...args];
  const cdk = (...command: string[]) => spawnSync(process.execPath, [CDK, ...command, ...app], { cwd: REPOSITORY, stdio: 'inherit' }).status === 0;
  const deploy: Deploy = (...stacks) => (
    cdk('deploy', ...stacks, '--require-approval', 'never', '--outputs-file', outputsFile) ? JSON.parse(fs.readFileSync(outputsFile, 'utf8')) : undefined);
  let problems: string[];
  try {
    problems = await use(deploy);
  } catch (error) {
    problems = [String(error)];
  }
  try {
    return cdk('destroy', '--all', '--force') ? problems : [...problems, 'the stacks were not destroyed: tools/integ/README.md says how to remove them'];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function runAssertions(args: string[]): Promise<string[]> {
  return withApp('app.ts', args, deploy => {
    const outputs = deploy('--all');
    return outputs ? failedAssertions(outputs) : ['the deployment failed'];
  });
}

function runProbe([file, ...args]: string[]): Promise<string[]> {
  // names of import jobs cannot be used again
  return withApp('probe/app.ts', ['-c', `importJobName=integ-layout-probe-${Date.now()}`, ...args], async deploy => {
    const probed = await probe(async stack => deploy(stack, '--exclusively') ?? Promise.reject(new Error('the deployment failed')));
    const result = `${JSON.stringify({ probed, layout: layoutOf(probed) }, undefined, 2)}\n`;
    if (file === undefined) { console.log(result); } else { fs.writeFileSync(file, result); }
    return [];
  });
}

async function main([first, ...rest]: string[]): Promise<void> {
  const problems = first === '--probe' ? await runProbe(rest) : await runAssertions(first === undefined ? [] : [first, ...rest]);
  console.log(problems.length === 0 ? '\nAll of it succeeded.' : `\nFailed:\n  ${problems.join('\n  ')}`);
  if (problems.length > 0) { process.exitCode = 1; }
}

if (require.main === module) { void main(process.argv.slice(2)); }
