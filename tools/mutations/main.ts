/**
 * `npx projen mutate [-- --only <id, file or folder>] [--jobs N] [--list]`: breaks the library in small ways, each alone in a copy, and shows
 * which test notices. Exit code 1 if one survives.
 */
import * as fs from 'fs';
import * as path from 'path';
import { parseArgs } from 'util';
import { type Breakage, listProblems } from './breakage';
import { BREAKAGES } from './breakages';
import { Compiler } from './compiler';
import { Copy } from './copy';
import { stopTests } from './test-run';
import { Bench, type Verdict } from './verdict';
import { REPOSITORY } from '../repository';

const copies: Copy[] = [];

async function main(): Promise<void> {
  const { values: { only = [], jobs, list } } = parseArgs({
    options: { only: { type: 'string', multiple: true }, jobs: { type: 'string', default: '1' }, list: { type: 'boolean' } },
  });
  const problems = listProblems(BREAKAGES, file => (
    fs.existsSync(path.join(REPOSITORY, file)) ? fs.readFileSync(path.join(REPOSITORY, file), 'utf8') : undefined));
  if (problems.length > 0) { throw new Error(`tools/mutations/breakages no longer fits the code:\n${problems.join('\n')}`); }
  const chosen = BREAKAGES.filter(({ id, file }) => only.length === 0 || only.some(part => id === part || file.includes(part)));
  if (chosen.length === 0) { throw new Error(`no breakage has the id or the file ${only.join(' or ')}`); }
  if (list) {
    for (const { id, file, breaks } of chosen) { console.log(`${id.padEnd(40)} ${file}: ${breaks}`); }
    return;
  }

  const started = Date.now();
  const verdicts = await judgeAll(chosen, Number(jobs));
  report(verdicts, (Date.now() - started) / 60_000);
  process.exitCode = verdicts.every(({ noticed }) => noticed) ? 0 : 1;
}

/** @param workers how many copies are broken at the same time */
async function judgeAll(breakages: readonly Breakage[], workers: number): Promise<Verdict[]> {
  const compiler = new Compiler();
  const waiting = [...breakages.entries()];
  const verdicts: Verdict[] = [];
  const work = async (bench: Bench) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, breakage] = next;
      verdicts[index] = await bench.judge(breakage);
      console.log(line(verdicts[index]));
    }
  };
  await Promise.all(Array.from({ length: workers }, async () => {
    const copy = new Copy();
    copies.push(copy);
    await work(new Bench(copy, compiler));
  }));
  return verdicts;
}

function line({ breakage, noticed, passed, seconds }: Verdict): string {
  const what = noticed ? `${noticed.by}: ${noticed.test} › ${noticed.detail}` : `SURVIVED ${passed.join(', ')}`;
  return `${breakage.id.padEnd(40)} ${seconds.toFixed(0).padStart(4)} s  ${what}`;
}

function report(verdicts: readonly Verdict[], minutes: number): void {
  const survivors = verdicts.filter(({ noticed }) => !noticed);
  const count = (by: string) => verdicts.filter(({ noticed }) => noticed?.by === by).length;
  console.log(`\n${verdicts.length} breakages in ${minutes.toFixed(0)} min: ${count('judge')} noticed by a judge, ${count('unit test')} only by a unit test, ${survivors.length} survived`);
  for (const { breakage: { id, file, breaks, from, to } } of survivors) { console.log(`\nSURVIVED ${id}: ${breaks}\n${file}\n- ${from}\n+ ${to}`); }
}

function cleanUp(): void {
  stopTests();
  for (const copy of copies) { copy.remove(); }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    cleanUp();
    process.exit(130);
  });
}
main().catch(error => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}).finally(cleanUp);
