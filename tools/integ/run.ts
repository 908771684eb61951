/**
 * `npx projen integ [-- -c datasetArn=<ARN>]`: deploys each tools/integ/integ.*.ts to the AWS account of the environment, looks at the
 * results of its assertions, and destroys it again. Exit code 0 if all of it went as it should.
 */
import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { failedAssertions, type StackOutputs } from './results';
import { REPOSITORY } from '../repository';

const CDK = path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk');

function cdk(...args: string[]): boolean {
  return spawnSync(process.execPath, [CDK, ...args], { cwd: REPOSITORY, stdio: 'inherit' }).status === 0;
}

/** @returns what went wrong */
function run(name: string, args: string[]): string[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'integ-'));
  const outputsFile = path.join(folder, 'outputs.json');
  const app = ['--app', `node --import tsx test/${name}`, '--output', path.join(folder, 'cdk.out'), ...args];
  try {
    const deployed = cdk('deploy', '--all', '--require-approval', 'never', '--outputs-file', outputsFile, ...app);
    const problems = deployed ? failedAssertions(JSON.parse(fs.readFileSync(outputsFile, 'utf8')) as StackOutputs) : ['the deployment failed'];
    const destroyed = cdk('destroy', '--all', '--force', ...app);
    return destroyed ? problems : [...problems, 'the stacks were not destroyed: do so by hand, tools/integ/README.md says what may be left'];
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

for (const name of fs.readdirSync(path.join(REPOSITORY, 'test')).filter(file => /^integ\..*\.ts$/.test(file))) {
  const problems = run(name, process.argv.slice(2));
  console.log(`\n${name}: ${problems.length === 0 ? 'as it should be' : problems.join('\n  ')}`);
  if (problems.length > 0) { process.exitCode = 1; }
}
