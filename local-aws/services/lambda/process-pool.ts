import type { LambdaFunction } from './function';
import type { FunctionProcess } from './function-process';
import type { Clock } from '../../core';
import type { Work } from '../../work';

/** As many as two cores can bear. */
const MOST_AT_ONCE = 6;
/** Idle processes take memory only, about 60 MB each; to start one takes longer than what it does. */
const MOST_WARM = 24;

/** The processes of all functions. Warm ones are reused; invocations beyond what this machine can bear wait in line. */
export class ProcessPool {
  /** the one that has been idle for the longest time first */
  private idle: FunctionProcess[] = [];
  private readonly busy = new Set<FunctionProcess>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly clock: Clock, private readonly start: (fn: LambdaFunction) => Promise<FunctionProcess>) {}

  /** Whether these are the credentials of a function at work. */
  public isBusy(accessKeyId: string): boolean {
    return [...this.busy].some(process => process.accessKeyId === accessKeyId);
  }

  /** A nested invocation does not wait in line: the outer one, which waits for it, already has a place. */
  public async use<T>(fn: LambdaFunction, nested: boolean, action: (process: FunctionProcess, work: Work) => Promise<T>): Promise<T> {
    if (!nested) { await this.enter(); }
    try {
      return await this.clock.work(async work => {
        const process = this.takeIdle(fn) ?? await this.startFresh(fn);
        this.busy.add(process);
        try {
          return await action(process, work);
        } finally {
          this.busy.delete(process);
          this.park(process);
        }
      });
    } finally {
      if (!nested) { this.leave(); }
    }
  }

  /** Ends the idle processes of a function. Those at work end when they are done. */
  public retire(fn: LambdaFunction): void {
    this.idle.filter(process => process.fn === fn).forEach(process => this.end(process));
  }

  public stop(): void {
    this.idle.forEach(process => this.end(process));
    this.busy.forEach(process => process.kill());
  }

  private async enter(): Promise<void> {
    if (this.running >= MOST_AT_ONCE) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    } else {
      this.running++;
    }
  }

  /** The next in line takes the place over. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) {
      next();
    } else {
      this.running--;
    }
  }

  private takeIdle(fn: LambdaFunction): FunctionProcess | undefined {
    const found = this.idle.find(process => process.fn === fn && process.alive);
    if (found) { this.forget(found); }
    return found;
  }

  private startFresh(fn: LambdaFunction): Promise<FunctionProcess> {
    if (this.idle.length > 0 && this.idle.length + this.busy.size >= MOST_WARM) { this.end(this.idle[0]); }
    return this.start(fn);
  }

  private park(process: FunctionProcess): void {
    if (!process.alive || process.revision !== process.fn.revision) {
      process.kill();
      return;
    }
    this.idle.push(process);
  }

  private end(process: FunctionProcess): void {
    this.forget(process);
    process.kill();
  }

  private forget(process: FunctionProcess): void {
    this.idle = this.idle.filter(other => other !== process);
  }
}
