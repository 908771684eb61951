import type { Clock } from './core';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** Real milliseconds between two looks at the time while it runs fast. */
const TICK_MS = 5;
/** A look that comes later than this is late because the machine is: that does not make simulated time pass. */
const LONGEST_TICK_MS = 2 * TICK_MS;
/** What a sleeper does once it is awake, short of waiting for something outside of this process, is done after as many turns of the event loop. */
const TURNS = 10;

/**
 * Simulated time that runs up to `speed` times as fast as the wall clock, so that no time limit in it depends on the machine:
 * as fast as real time while anything is at work, and only ever up to the next sleeper, who has woken and acted before it goes on.
 */
export class ScaledClock implements Clock {
  public readonly origin = Date.now();
  /** simulated time when it was last looked at, and the real time then, on another scale */
  private time = this.origin;
  private lookedAt = performance.now();
  private working = 0;
  /** while somebody who was just woken acts, time stands still */
  private waking = false;
  /** who is next comes first */
  private readonly sleepers: Sleeper[] = [];
  private timer?: NodeJS.Timeout;
  private stopped = false;

  constructor(private speed = 1) {
    check(speed);
    this.arm();
  }

  public changeSpeed(speed: number): void {
    check(speed);
    this.change(() => {
      this.speed = speed;
    });
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
    if (this.waking) {
      return this.time;
    }
    const real = performance.now() - this.lookedAt;
    const passed = (this.runsFast ? Math.min(real, LONGEST_TICK_MS) : real) * this.rate;
    return Math.min(this.time + passed, this.sleepers[0]?.until ?? Infinity);
  }

  private look(): void {
    const time = this.exactly();
    // at work, what a late look leaves out is caught up with: functions count real time as well
    this.lookedAt = this.runsFast ? performance.now() : this.lookedAt + (time - this.time) / this.rate;
    this.time = time;
  }

  /** Changes the rate. */
  private change(action: () => void): void {
    this.look();
    action();
    if (this.runsFast) {
      this.lookedAt = performance.now();
    }
    this.arm();
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.stopped || this.waking) {
      return;
    }
    const delay = ((this.sleepers[0]?.until ?? Infinity) - this.exactly()) / this.rate;
    this.timer = setTimeout(() => void this.tick(), Math.min(Math.ceil(delay), TICK_MS));
    this.timer.unref();
  }

  private async tick(): Promise<void> {
    this.look();
    if (this.sleepers.length > 0 && this.sleepers[0].until <= this.time) {
      await this.wakeNext();
    }
    this.arm();
  }

  private async wakeNext(): Promise<void> {
    this.waking = true;
    this.sleepers.shift()!.wake();
    for (let turn = 0; turn < TURNS; turn++) {
      await new Promise(resolve => setImmediate(resolve));
    }
    this.waking = false;
    if (this.runsFast) {
      this.lookedAt = performance.now();
    }
  }
}

function check(speed: number): void {
  if (!(speed > 0)) {
    throw new Error(`The clock's speed must be a positive number, not ${speed}`);
  }
}
