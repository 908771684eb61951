import { spawn, type ChildProcess } from 'child_process';
import * as path from 'path';
import { createInterface } from 'readline';
import type { Copy } from './copy';

/** How a test file ended. `not run`: it did not get as far as a test. */
export interface TestRun {
  readonly outcome: 'green' | 'red' | 'not run' | 'endless';
  /** The first red test, or why none was run. */
  readonly detail: string;
  readonly seconds: number;
}

const REPORTER = path.join(__dirname, 'reporter.cjs');

const running = new Set<ChildProcess>();

/** Runs one test file in a copy, until its first red test. */
export async function runTest(copy: Copy, test: string, maxSeconds: number): Promise<TestRun> {
  const deploys = test.startsWith('test/e2e/');
  const config = deploys ? ['--config', 'test/slow-tests.jest.json', '--selectProjects', 'newest CDK'] : [];
  if (deploys) { copy.bundle(); }
  const started = Date.now();
  const child = spawn(process.execPath, [
    path.join(copy.folder, 'node_modules', 'jest', 'bin', 'jest.js'), ...config, '--ci', '--runInBand', '--coverage=false',
    '--cacheDirectory', copy.cache, '--reporters', REPORTER, '--runTestsByPath', test,
  ], {
    cwd: copy.folder,
    env: { ...process.env, TMPDIR: copy.newTemporaryFolder() },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true, // a process group of its own, with local AWS and the CDK CLI
  });
  running.add(child);
  let passed = 0;
  let ending: Omit<TestRun, 'seconds'> | undefined;
  const endWith = (outcome: TestRun['outcome'], detail: string) => {
    ending ??= { outcome, detail };
    kill(child);
  };
  const timer = setTimeout(() => endWith('endless', `ran for more than ${maxSeconds.toFixed(0)} s`), maxSeconds * 1000);
  createInterface({ input: child.stdout }).on('line', line => {
    const { status, detail } = line.startsWith('{"status"') ? JSON.parse(line) : {};
    if (status === 'passed') { passed++; }
    if (status === 'failed') { endWith('red', detail); }
    if (status === 'not run') { endWith('not run', detail); }
  });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  clearTimeout(timer);
  running.delete(child);
  ending ??= passed > 0 ? { outcome: 'green', detail: '' } : { outcome: 'not run', detail: 'jest found no test' };
  return { ...ending, seconds: (Date.now() - started) / 1000 };
}

/** Ends what runs. */
export function stopTests(): void {
  running.forEach(kill);
}

function kill(child: ChildProcess): void {
  if (child.exitCode === null && child.signalCode === null) { process.kill(-child.pid!, 'SIGKILL'); }
}
