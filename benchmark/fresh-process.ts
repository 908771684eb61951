import { execFileSync } from 'child_process';
import * as path from 'path';
import { REPOSITORY } from '../tools/repository';

/** Behind each median. */
export const SAMPLES = 9;

export interface ProcessOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
}

/** Runs a script in a new process, without this process's environment, and reads the JSON that it prints. */
export function inFreshProcess<T>(script: string, args: readonly string[], { env = {}, cwd = REPOSITORY }: ProcessOptions = {}): T {
  const output = execFileSync(process.execPath, ['--no-warnings', script, ...args], {
    cwd,
    env: { PATH: process.env.PATH!, NODE_PATH: path.join(REPOSITORY, 'node_modules'), ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.slice(output.lastIndexOf('\n', output.length - 2) + 1)) as T;
}

/** One sample of each in turn, several times, so that other work on the machine affects all of them alike. */
export function interleaved<T>(samplers: Record<string, () => T>, rounds = SAMPLES): Record<string, T[]> {
  const samples = Object.fromEntries(Object.keys(samplers).map(name => [name, [] as T[]]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, sample] of Object.entries(samplers)) { samples[name]!.push(sample()); }
  }
  return samples;
}
