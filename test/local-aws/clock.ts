import type { Clock } from './core';

/** Simulated time that runs `speed` times as fast as the wall clock. */
export class ScaledClock implements Clock {
  readonly origin = Date.now();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(readonly speed = 1) {
    if (!(speed > 0)) {
      throw new Error(`The clock's speed must be a positive number, not ${speed}`);
    }
  }

  now(): number {
    return this.origin + (Date.now() - this.origin) * this.speed;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        resolve();
      }, Math.max(0, ms / this.speed));
      this.timers.add(timer);
    });
  }

  /** Forgets all sleepers (they never wake), so that the process can end. */
  stop(): void {
    for (const timer of this.timers) {
      clearTimeout(timer);
    }
    this.timers.clear();
  }
}
