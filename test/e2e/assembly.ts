import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { CONTEXT, findings } from '../cdk';

const folders: string[] = [];

/**
 * A cloud assembly for `cdk deploy --app`, with one environment-agnostic stack.
 *
 * @param edit changes the synthesized template
 * @throws when the CDK's validation finds anything in the template
 */
export function assembly(stackName: string, define: (stack: Stack) => void, edit: (template: any) => void = () => {}): string {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'assembly-'));
  folders.push(outdir);
  const app = new App({ outdir, context: CONTEXT });
  define(new Stack(app, stackName));
  app.synth();
  const found = findings(outdir);
  if (found.length > 0) { throw new Error(found.join('\n')); }
  const file = path.join(outdir, `${stackName}.template.json`);
  const template = JSON.parse(fs.readFileSync(file, 'utf8'));
  edit(template);
  fs.writeFileSync(file, JSON.stringify(template));
  return outdir;
}

export function removeAssemblies(): void {
  for (const folder of folders.splice(0)) { fs.rmSync(folder, { recursive: true }); }
}
