import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../repository';

/** What the README tells somebody to do who starts with an empty folder. */
export interface ReadmeSteps {
  /** the packages to install beside the library's tarball, without their versions */
  readonly packages: string[];
  /** the file to write */
  readonly file: string;
  /** its content */
  readonly code: string;
  /** the arguments of `cdk deploy`, as written and as a shell passes them */
  readonly deploy: string;
  readonly deployArgs: string[];
}

/** @throws when the README lacks one of the steps */
export function readmeSteps(): ReadmeSteps {
  const readme = fs.readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');
  const fences = [...readme.matchAll(/^```(\w+).*\n([\s\S]*?)^```$/gm)];
  const code = fences.find(([, language, text]) => language === 'ts' && text.includes('new App'))?.[2];
  const commands = fences.find(([, language, text]) => language === 'sh' && text.includes('npx cdk deploy'))?.[2];
  const packages = commands && /^npm install (.*)$/m.exec(commands)?.[1];
  const deploy = commands && /^npx cdk deploy (.*)$/m.exec(commands)?.[1];
  const file = deploy && /--app "npx tsx ([\w.-]+)"/.exec(deploy)?.[1];
  if (code === undefined || file === undefined || packages === undefined || deploy === undefined) {
    throw new Error(`the README lacks a step for an empty folder: ${JSON.stringify({ code, file, packages, deploy })}`);
  }
  const [tarball, ...others] = packages.split(' ');
  if (!tarball.endsWith('/dist/js/*.tgz')) { throw new Error(`the README must install the package that it builds, not ${tarball}`); }
  const { version } = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'package.json'), 'utf8')) as { version: string };
  if (!others.includes(`aws-cdk@${version}`)) { throw new Error(`the README must install the CDK CLI that is tested, aws-cdk@${version}`); }
  return { packages: others.map(name => name.replace(/@[\d.]+$/, '')), file, code, deploy, deployArgs: words(deploy) };
}

/** As a shell splits a line with double quotes. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}
