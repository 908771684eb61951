import { type Breakage, isJudge } from './breakage';
import type { Compiler } from './compiler';
import type { Copy } from './copy';
import { type TestRun, runTest } from './test-run';

/** What became of a breakage. */
export interface Verdict {
  readonly breakage: Breakage;
  readonly noticed?: { readonly by: 'judge' | 'unit test'; readonly test: string; readonly detail: string };
  /** The test files that did not notice. */
  readonly passed: readonly string[];
  readonly seconds: number;
}

/** Nothing takes so long, even on a busy machine. */
const MAX_SECONDS = 900;

/** Breaks a copy again and again. */
export class Bench {
  /** How long test files take when nothing is broken. */
  private readonly unbroken = new Map<string, number>();

  constructor(private readonly copy: Copy, private readonly compiler: Compiler) {}

  public async judge(breakage: Breakage): Promise<Verdict> {
    const started = Date.now();
    const passed: string[] = [];
    const verdict = (noticed?: Verdict['noticed']) => ({ breakage, noticed, passed, seconds: (Date.now() - started) / 1000 });
    const error = this.compiler.errorOf(breakage);
    if (error !== undefined) {
      passed.push(`(does not compile: ${error})`);
      return verdict();
    }
    for (const test of breakage.tests) {
      await this.expectGreen(test);
      const { outcome, detail } = await this.broken(breakage, test);
      if (outcome === 'red' || outcome === 'endless') { return verdict({ by: isJudge(test) ? 'judge' : 'unit test', test, detail }); }
      passed.push(outcome === 'green' ? test : `${test} (no test ran: ${detail})`);
    }
    return verdict();
  }

  private async broken(breakage: Breakage, test: string): Promise<TestRun> {
    const repair = this.copy.break(breakage);
    try {
      return await runTest(this.copy, test, Math.min(MAX_SECONDS, 120 + 5 * this.unbroken.get(test)!));
    } finally {
      repair();
    }
  }

  /** Before a red test can mean anything. */
  private async expectGreen(test: string): Promise<void> {
    if (this.unbroken.has(test)) { return; }
    const { outcome, detail, seconds } = await runTest(this.copy, test, MAX_SECONDS);
    if (outcome !== 'green') { throw new Error(`${test} is not green although nothing is broken: ${detail}`); }
    this.unbroken.set(test, seconds);
  }
}
