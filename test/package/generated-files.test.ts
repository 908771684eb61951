import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { REPOSITORY } from '../../tools/repository';

const read = (root: string, name: string) => fs.readFileSync(path.join(root, name), 'utf8');

test('API.md is up to date (if not: npx projen build)', () => {
  const copy = 'dist/API.md';
  execFileSync(path.join(REPOSITORY, 'node_modules', '.bin', 'jsii-docgen'), ['-o', copy], { cwd: REPOSITORY, stdio: 'pipe' });
  expect(read(REPOSITORY, copy)).toBe(read(REPOSITORY, 'API.md'));
});

test('projen leaves no difference (if not: npx projen)', () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'projen-'));
  try {
    const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: REPOSITORY, encoding: 'utf8' })
      .split('\0').filter(name => name !== '' && fs.existsSync(path.join(REPOSITORY, name)));
    for (const name of files) { fs.cpSync(path.join(REPOSITORY, name), path.join(copy, name)); }
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(copy, 'node_modules'));
    execFileSync(process.execPath, [path.join('node_modules', '.bin', 'projen'), 'default'], {
      cwd: copy, env: { ...process.env, PROJEN_DISABLE_POST: 'true' }, stdio: 'pipe',
    });
    expect(files.filter(name => !fs.existsSync(path.join(copy, name)) || read(copy, name) !== read(REPOSITORY, name))).toEqual([]);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
});

test('the lock file names no registry', () => {
  expect(read(REPOSITORY, 'package-lock.json')).not.toMatch(/"resolved": "http/);
});
