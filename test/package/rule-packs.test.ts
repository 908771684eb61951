import { execFile } from 'child_process';
import * as fs from 'fs';
import * as path from 'path';
import { promisify } from 'util';
import * as ts from 'typescript';
import { REPOSITORY } from '../../tools/repository';
import { UserApp } from '../../tools/user-app';

interface Report {
  readonly pluginReports: { pluginName: string; conclusion: string; violations: object[]; suppressedViolations?: object[] }[];
}

/** The app of docs/rule-packs.md, with the packed library, the newest aws-cdk-lib and cdk-nag. */
async function synthesize(): Promise<{ exitCode: number; output: string; report: Report }> {
  const app = await UserApp.create();
  try {
    const [, code] = /```ts nofixture\n(.*?)```/s.exec(fs.readFileSync(path.join(REPOSITORY, 'docs', 'rule-packs.md'), 'utf8'))!;
    // a copy, because a link would use this repository's aws-cdk-lib, not the app's
    fs.cpSync(path.join(REPOSITORY, 'node_modules', 'cdk-nag'), path.join(app.folder, 'node_modules', 'cdk-nag'), { recursive: true });
    app.write('app.js', ts.transpileModule(code, { compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 } }).outputText);
    const outdir = path.join(app.folder, 'cdk.out');
    const { exitCode, output } = await promisify(execFile)('node', ['app.js'], {
      cwd: app.folder, env: { ...process.env, CDK_OUTDIR: outdir, CDK_VALIDATION: 'true' },
    }).then(
      ({ stdout, stderr }) => ({ exitCode: 0, output: stdout + stderr }),
      ({ code: exit, stdout, stderr }) => ({ exitCode: exit, output: stdout + stderr }),
    );
    if (!fs.existsSync(path.join(outdir, 'validation-report.json'))) { throw new Error(`no report, exit code ${exitCode}: ${output}`); }
    return { exitCode, output, report: JSON.parse(fs.readFileSync(path.join(outdir, 'validation-report.json'), 'utf8')) };
  } finally {
    app.remove();
  }
}

test('the app of docs/rule-packs.md passes all four packs, and the report keeps the reasons', async () => {
  const { exitCode, output, report } = await synthesize();
  expect([exitCode, output]).toEqual([0, expect.anything()]);
  const packs = report.pluginReports.filter(({ pluginName }) => /^(AwsSolutions|HIPAA|NIST|PCI)/.test(pluginName));
  expect(packs.map(({ pluginName, conclusion, violations }) => [pluginName, conclusion, violations])).toEqual([
    ['AwsSolutions', 'success', []], ['HIPAA.Security', 'success', []], ['NIST.800.53.R5', 'success', []], ['PCI.DSS.321', 'success', []],
  ]);
  // each pack found something
  for (const { suppressedViolations } of packs) { expect(suppressedViolations).not.toHaveLength(0); }
});
