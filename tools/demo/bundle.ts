import { spawnSync } from 'child_process';
import * as path from 'path';
import { REPOSITORY } from '../repository';

/** Bundles the handler, which a fresh clone lacks: after the arguments are checked, and without a word unless it fails. */
export function bundle(): void {
  const projen = path.join(REPOSITORY, 'node_modules', 'projen', 'bin', 'projen');
  const { status, stdout, stderr } = spawnSync(process.execPath, [projen, 'bundle'], { cwd: REPOSITORY, encoding: 'utf8' });
  if (status !== 0) { throw new Error(`npx projen bundle failed:\n${stdout}${stderr}`); }
}
