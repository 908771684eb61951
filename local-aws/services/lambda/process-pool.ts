import type { LambdaFunction } from './function';
import type { FunctionProcess } from './function-process';

/** As many as two cores can bear. */
const MOST_AT_ONCE = 6;
const IDLE_MS = 30_000;

interface Idle {
  readonly process: FunctionProcess;
  readonly timer: NodeJS.Timeout;
}

/** The processes of all functions. Warm ones are reused; invocations beyond what this machine can bear wait in line. */
export class ProcessPool {
  private idle: Idle[] = [];
  private readonly busy = new Set<FunctionProcess>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly start: (fn: LambdaFunction) => Promise<FunctionProcess>) {}

  /** Whether these are the credentials of a function at work. */
  public isBusy(accessKeyId: string): boolean {
    return [...this.busy].some(process => process.accessKeyId === accessKeyId);
  }

  /** A nested invocation does not wait in line: the outer one, which waits for it, already has a place. */
  public async use<T>(fn: LambdaFunction, nested: boolean, work: (process: FunctionProcess) => Promise<T>): Promise<T> {
    if (!nested) { await this.enter(); }
    try {
      const process = this.takeIdle(fn) ?? await this.startFresh(fn);
      this.busy.add(process);
      try {
        return await work(process);
      } finally {
        this.busy.delete(process);
        this.park(process);
      }
    } finally {
      if (!nested) { this.leave(); }
    }
  }

  /** Ends the idle processes of a function. Those at work end when they are done. */
  public retire(fn: LambdaFunction): void {
    this.idle.filter(({ process }) => process.fn === fn).forEach(entry => this.end(entry));
  }

  public stop(): void {
    this.idle.forEach(entry => this.end(entry));
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
    const entry = this.idle.find(({ process }) => process.fn === fn && process.alive);
    if (entry) { this.forget(entry); }
    return entry?.process;
  }

  private startFresh(fn: LambdaFunction): Promise<FunctionProcess> {
    if (this.idle.length > 0 && this.idle.length + this.busy.size >= MOST_AT_ONCE) { this.end(this.idle[0]); }
    return this.start(fn);
  }

  private park(process: FunctionProcess): void {
    if (!process.alive || process.revision !== process.fn.revision) {
      process.kill();
      return;
    }
    const entry = { process, timer: setTimeout(() => this.end(entry), IDLE_MS) };
    entry.timer.unref();
    this.idle.push(entry);
  }

  private end(entry: Idle): void {
    this.forget(entry);
    entry.process.kill();
  }

  private forget(entry: Idle): void {
    clearTimeout(entry.timer);
    this.idle = this.idle.filter(other => other !== entry);
  }
}
