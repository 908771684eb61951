import type { Clock } from './core';
import { WorkCount, type Work } from './work';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Real milliseconds between two steps of time. */
const STEP_MS = 5;
/** A step that is later than this is late because the machine is busy: the rest does not count. */
const LONGEST_STEP_MS = 2 * STEP_MS;
/** After so many turns of the event loop, everyone has done all that can be done without waiting for another process. */
const TURNS = 10;

/**
 * Simulated time, in which nothing depends on the speed of the machine. It stands still while something is at work, and until who was woken has
 * acted. Otherwise it runs up to `speed` times as fast as real time, because clients such as the CDK CLI live in real time.
 */
export class ScaledClock implements Clock {
  public readonly origin = Date.now();
  private time = this.origin;
  private steppedAt = performance.now();
  private readonly atWork = new WorkCount();
  /** the next one first */
  private readonly sleepers: Sleeper[] = [];
  private timer?: NodeJS.Timeout;
  private stopped = false;

  /** @param speed Infinity: time jumps to the next sleeper as soon as nothing is at work */
  constructor(private speed = 1) {
    check(speed);
    this.arm();
  }

  public changeSpeed(speed: number): void {
    check(speed);
    this.speed = speed;
  }

  public now(): number {
    return Math.floor(this.time);
  }

  public sleep(ms: number): Promise<void> {
    return new Promise(wake => {
      const until = this.time + Math.max(0, ms);
      const later = this.sleepers.findIndex(sleeper => sleeper.until > until);
      this.sleepers.splice(later < 0 ? this.sleepers.length : later, 0, { until, wake });
    });
  }

  public work<T>(action: (work: Work) => Promise<T>): Promise<T> {
    return this.atWork.run(action);
  }

  /** Forgets all sleepers (they never wake), so that the process can end. */
  public stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.sleepers.length = 0;
  }

  private arm(): void {
    if (this.stopped) { return; }
    this.timer = setTimeout(() => void this.step(), STEP_MS);
    this.timer.unref();
  }

  private async step(): Promise<void> {
    let left = Math.min(performance.now() - this.steppedAt, LONGEST_STEP_MS);
    while (left > 0 && this.atWork.count === 0) {
      const next = this.sleepers[0]?.until ?? (this.speed === Infinity ? this.time : Infinity);
      const until = Math.min(this.time + left * this.speed, next);
      left -= (until - this.time) / this.speed;
      this.time = until;
      if (!await this.wakeNext()) { break; }
    }
    this.steppedAt = performance.now();
    this.arm();
  }

  /** Whether a sleeper was due. */
  private async wakeNext(): Promise<boolean> {
    if (!this.isDue()) { return false; }
    await this.settled();
    if (this.atWork.count > 0 || !this.isDue()) { return false; }
    this.sleepers.shift()!.wake();
    await this.settled();
    return true;
  }

  private isDue(): boolean {
    return this.sleepers.length > 0 && this.sleepers[0].until <= this.time;
  }

  private async settled(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) { await new Promise(resolve => setImmediate(resolve)); }
  }
}

function check(speed: number): void {
  if (!(speed > 0)) { throw new Error(`The clock's speed must be a positive number, not ${speed}`); }
}
