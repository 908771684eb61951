import * as fs from 'fs';
import * as path from 'path';
import { version } from 'aws-cdk-lib/package.json';

const NEWEST = path.join(__dirname, '..', 'node_modules', 'aws-cdk-lib-newest');
const read = (...parts: string[]) => JSON.parse(fs.readFileSync(path.join(...parts), 'utf8'));

/** Whether these tests run with the newest CDK, see projenrc/slow-tests.ts. */
export const WITH_NEWEST_CDK: boolean = version === read(NEWEST, 'package.json').version;

/** The context in cdk.json: with the newest CDK that of a new app, with the oldest one none. */
export const CONTEXT: Record<string, unknown> = WITH_NEWEST_CDK ? read(NEWEST, 'recommended-feature-flags.json') : {};

/** What the CDK's validation found in the templates of a cloud assembly, be it an error or a warning. The oldest CDK has none. */
export function findings(outdir: string): string[] {
  if (!WITH_NEWEST_CDK) { return []; }
  const { pluginReports } = read(outdir, 'validation-report.json') as { pluginReports: { pluginName: string; violations: unknown[] }[] };
  // the warnings of constructs are in the assembly itself
  const ofTemplates = pluginReports.filter(({ pluginName }) => pluginName !== 'Construct Annotations');
  return ofTemplates.flatMap(({ pluginName, violations }) => violations.map(violation => `${pluginName}: ${JSON.stringify(violation)}`));
}
