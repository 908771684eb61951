import type { LambdaFunction } from './function';
import type { FunctionProcess } from './function-process';

/** As many as two cores can stand. */
const MOST_AT_ONCE = 6;
const IDLE_MS = 30_000;

/** The processes of all functions: warm ones are reused, invocations beyond what this machine can stand wait in line. */
export class ProcessPool {
  private readonly idle: { process: FunctionProcess; timer: NodeJS.Timeout }[] = [];
  private readonly busy = new Set<FunctionProcess>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly start: (fn: LambdaFunction) => Promise<FunctionProcess>) {}

  /** Whether these credentials are those of a function at work. */
  public isBusy(accessKeyId: string): boolean {
    return [...this.busy].some(process => process.accessKeyId === accessKeyId);
  }

  /** An invocation nested in another one never waits in line: the outer one, which waits for it, has its place already. */
  public async use<T>(fn: LambdaFunction, nested: boolean, work: (process: FunctionProcess) => Promise<T>): Promise<T> {
    if (!nested) {
      await this.enter();
    }
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
      if (!nested) {
        this.leave();
      }
    }
  }

  /** Ends the idle processes of a function; those at work end when they are done. */
  public retire(fn: LambdaFunction): void {
    for (const { process, timer } of this.idle.filter(entry => entry.process.fn === fn)) {
      clearTimeout(timer);
      this.endIdle(process);
    }
  }

  public stop(): void {
    for (const { process, timer } of [...this.idle]) {
      clearTimeout(timer);
      this.endIdle(process);
    }
    for (const process of this.busy) {
      process.kill();
    }
  }

  private async enter(): Promise<void> {
    if (this.running >= MOST_AT_ONCE) {
      await new Promise<void>(resolve => this.waiting.push(resolve));
    } else {
      this.running++;
    }
  }

  /** The next in line takes over the place. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next) {
      next();
    } else {
      this.running--;
    }
  }

  private takeIdle(fn: LambdaFunction): FunctionProcess | undefined {
    const index = this.idle.findIndex(({ process }) => process.fn === fn && process.alive);
    if (index < 0) {
      return undefined;
    }
    const [{ process, timer }] = this.idle.splice(index, 1);
    clearTimeout(timer);
    return process;
  }

  private startFresh(fn: LambdaFunction): Promise<FunctionProcess> {
    if (this.idle.length > 0 && this.idle.length + this.busy.size >= MOST_AT_ONCE) {
      const [{ process, timer }] = this.idle;
      clearTimeout(timer);
      this.endIdle(process);
    }
    return this.start(fn);
  }

  private park(process: FunctionProcess): void {
    if (!process.alive || process.revision !== process.fn.revision) {
      process.kill();
      return;
    }
    const timer = setTimeout(() => this.endIdle(process), IDLE_MS);
    timer.unref();
    this.idle.push({ process, timer });
  }

  private endIdle(process: FunctionProcess): void {
    const index = this.idle.findIndex(entry => entry.process === process);
    if (index >= 0) {
      this.idle.splice(index, 1);
    }
    process.kill();
  }
}
