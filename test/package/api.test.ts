import { spawnSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { BASELINE, writePackage } from '../../tools/api/assembly';
import { REPOSITORY } from '../../tools/repository';

/** @returns the incompatible changes, one per line */
function brokenSince(api: string): string[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'released-api-'));
  try {
    writePackage(folder, api);
    const { status, stderr } = spawnSync(process.execPath, [
      path.join('node_modules', '.bin', 'jsii-diff'), folder, '.', '--keys', '--ignore-file', '.compatignore', '--error-on=all',
    ], { cwd: REPOSITORY, encoding: 'utf8', env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' } });
    const errors = stderr.split('\n').filter(line => line.startsWith('err '));
    if (status !== 0 && errors.length === 0) { throw new Error(`jsii-diff: ${stderr}`); }
    return errors;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

test('the API is compatible with the last release (if it is not meant to be: docs/releases.md)', () => {
  const api = JSON.parse(fs.readFileSync(BASELINE, 'utf8'));
  // must be found: by default, jsii-diff accepts all breaking changes of an experimental API
  api.types['cdk-personalize-dataset-export.DatasetExportJobProps'].properties.push({ name: 'gone', optional: true, type: { primitive: 'string' } });
  expect(brokenSince(JSON.stringify(api))).toEqual([expect.stringContaining('DatasetExportJobProps.gone: has been removed')]);
});
