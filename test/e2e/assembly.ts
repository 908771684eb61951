import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { CONTEXT, findings } from '../cdk';

process.env.CDK_VALIDATION = 'false';

const folders: string[] = [];

/** Lets the CDK validate the templates of this test file: it loads the schemas of all resource types for it, so not every file does. */
export function validateTemplates(): void {
  process.env.CDK_VALIDATION = 'true';
}

/**
 * A cloud assembly for `cdk deploy --app`, with one environment-agnostic stack.
 *
 * @param edit changes the synthesized template
 * @throws when the CDK's validation finds anything in the template, see `validateTemplates`
 */
export function assembly(stackName: string, define: (stack: Stack) => void, edit: (template: any) => void = () => {}): string {
  const outdir = fs.mkdtempSync(path.join(os.tmpdir(), 'assembly-'));
  folders.push(outdir);
  const app = new App({ outdir, context: CONTEXT });
  define(new Stack(app, stackName));
  app.synth();
  const found = process.env.CDK_VALIDATION === 'true' ? findings(outdir) : [];
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
