import type { Clock } from './core';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Real milliseconds between two updates while time runs fast. */
const TICK_MS = 5;
/** An update that is later than this is late because the machine is busy: the rest does not count as simulated time. */
const LONGEST_TICK_MS = 2 * TICK_MS;
/** After so many turns of the event loop, a sleeper has done everything that it can do without waiting for another process. */
const TURNS = 10;

/**
 * Simulated time, up to `speed` times as fast as real time, in which no time limit depends on the speed of the machine. While something is at
 * work, it is as fast as real time. It never passes the next sleeper: it stops until that has woken and acted.
 */
export class ScaledClock implements Clock {
  public readonly origin = Date.now();
  /** simulated time at the last update, and real time then, on another scale */
  private time = this.origin;
  private updatedAt = performance.now();
  private working = 0;
  /** Time stands still while a woken sleeper acts. */
  private waking = false;
  /** the next one first */
  private readonly sleepers: Sleeper[] = [];
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(private speed = 1) {
    check(speed);
    this.arm();
  }

  public changeSpeed(speed: number): void {
    check(speed);
    this.change(() => { this.speed = speed; });
  }

  public now(): number {
    return Math.floor(this.exactly());
  }

  public sleep(ms: number): Promise<void> {
    return new Promise(wake => {
      const until = this.exactly() + Math.max(0, ms);
      const later = this.sleepers.findIndex(sleeper => sleeper.until > until);
      this.sleepers.splice(later < 0 ? this.sleepers.length : later, 0, { until, wake });
      this.arm();
    });
  }

  public async work<T>(action: () => Promise<T>): Promise<T> {
    this.change(() => this.working++);
    try {
      return await action();
    } finally {
      this.change(() => this.working--);
    }
  }

  /** Forgets all sleepers (they never wake), so that the process can end. */
  public stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.sleepers.length = 0;
  }

  private get runsFast(): boolean {
    return this.working === 0 && this.speed > 1;
  }

  private get rate(): number {
    return this.working === 0 ? this.speed : Math.min(1, this.speed);
  }

  private exactly(): number {
    if (this.waking) { return this.time; }
    const real = performance.now() - this.updatedAt;
    const passed = (this.runsFast ? Math.min(real, LONGEST_TICK_MS) : real) * this.rate;
    return Math.min(this.time + passed, this.sleepers[0]?.until ?? Infinity);
  }

  private update(): void {
    const time = this.exactly();
    // while something is at work, late updates catch up: functions also count in real time
    this.updatedAt = this.runsFast ? performance.now() : this.updatedAt + (time - this.time) / this.rate;
    this.time = time;
  }

  /** Changes the rate. */
  private change(action: () => void): void {
    this.update();
    action();
    if (this.runsFast) { this.updatedAt = performance.now(); }
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.waking) { return; }
    const delay = ((this.sleepers[0]?.until ?? Infinity) - this.exactly()) / this.rate;
    this.timer = setTimeout(() => void this.tick(), Math.min(Math.ceil(delay), TICK_MS));
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    this.update();
    if (this.sleepers.length > 0 && this.sleepers[0].until <= this.time) { await this.wakeNext(); }
    this.arm();
  }

  private async wakeNext(): Promise<void> {
    this.waking = true;
    this.sleepers.shift()!.wake();
    for (let turn = 0; turn < TURNS; turn++) { await new Promise(resolve => setImmediate(resolve)); }
    this.waking = false;
    if (this.runsFast) { this.updatedAt = performance.now(); }
  }
}

function check(speed: number): void {
  if (!(speed > 0)) { throw new Error(`The clock's speed must be a positive number, not ${speed}`); }
}
