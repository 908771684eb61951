/**
 * `npx projen integ [-- -c datasetArn=<ARN>]`: deploys tools/integ/app.ts to the AWS account of the environment, checks the results of its assertions
 * and destroys the stacks. Exit code 0 if all of it succeeded.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { REPOSITORY } from '../repository';

const CDK = path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** What `cdk deploy --outputs-file` writes: stack, output, value. */
type StackOutputs = Record<string, Record<string, string>>;

/** An assertion that fails does not fail the deployment: its result is an output of the stack of assertions. */
export function failedAssertions(outputs: StackOutputs): string[] {
  const results = Object.values(outputs).flatMap(stack => Object.entries(stack)).filter(([name]) => name.startsWith('AssertionResults'));
  if (results.length === 0) { return ['there is no result of any assertion']; }
  return results
    .map(([name, text]) => ({ name, ...JSON.parse(text) as { status: string; message?: string } }))
    .filter(({ status }) => status !== 'success')
    .map(({ name, message }) => `${name}: ${message}`);
}

/** @returns what went wrong */
function run(args: string[]): string[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'integ-'));
  const outputsFile = path.join(folder, 'outputs.json');
  const app = ['--all', '--app', 'node --import tsx tools/integ/app.ts', '--output', path.join(folder, 'cdk.out'), ...args];
  const cdk = (...command: string[]) => spawnSync(process.execPath, [CDK, ...command, ...app], { cwd: REPOSITORY, stdio: 'inherit' }).status === 0;
  try {
    const deployed = cdk('deploy', '--require-approval', 'never', '--outputs-file', outputsFile);
    const problems = deployed ? failedAssertions(JSON.parse(fs.readFileSync(outputsFile, 'utf8')) as StackOutputs) : ['the deployment failed'];
    return cdk('destroy', '--force') ? problems : [...problems, 'the stacks were not destroyed: tools/integ/README.md says how to remove them'];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

if (require.main === module) {
  const problems = run(process.argv.slice(2));
  console.log(problems.length === 0 ? '\nAll assertions succeeded.' : `\nFailed:\n  ${problems.join('\n  ')}`);
  if (problems.length > 0) { process.exitCode = 1; }
}
