import * as fs from 'fs';
import * as path from 'path';
import { REPOSITORY } from '../repository';

/** What the README tells somebody to do who starts with an empty folder. */
export interface ReadmeSteps {
  /** the packages to install */
  readonly packages: string[];
  /** the file to write */
  readonly file: string;
  /** what to write there */
  readonly code: string;
  /** what follows `cdk deploy`, as written and as a shell passes it */
  readonly deploy: string;
  readonly deployArgs: string[];
}

/** Takes the steps out of the README; fails if one of them is not there. */
export function readmeSteps(): ReadmeSteps {
  const readme = fs.readFileSync(path.join(REPOSITORY, 'README.md'), 'utf8');
  const fences = [...readme.matchAll(/^```(\w+).*\n([\s\S]*?)^```$/gm)];
  const code = fences.find(([, language, text]) => language === 'ts' && text.includes('new App'))?.[2];
  const commands = fences.find(([, language, text]) => language === 'sh' && text.includes('npx cdk deploy'))?.[2];
  const file = /the app above in a file `([\w.-]+)`/.exec(readme)?.[1];
  const packages = commands && /^npm install (.*)$/m.exec(commands)?.[1];
  const deploy = commands && /^npx cdk deploy (.*)$/m.exec(commands)?.[1];
  if (code === undefined || file === undefined || packages === undefined || deploy === undefined) {
    throw new Error(`the README lacks a step for somebody who starts with an empty folder, found: ${JSON.stringify({ code, file, packages, deploy })}`);
  }
  return { packages: packages.split(' '), file, code, deploy, deployArgs: words(deploy) };
}

/** As a shell splits a line, with double quotes and nothing else that is special. */
function words(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
}
