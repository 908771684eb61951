import type { Clock } from '../../local-aws/core';

/** Time that stands still until a test advances it. */
export class ManualClock implements Clock {
  public readonly origin: number;
  private time: number;
  private sleepers: { until: number; wake: () => void }[] = [];

  /** @param isBusy whether somebody is at work: that takes no simulated time, so time must wait for it */
  constructor(private readonly isBusy: () => boolean = () => false) {
    this.origin = Date.UTC(2026, 0, 1);
    this.time = this.origin;
  }

  public now(): number {
    return this.time;
  }

  public sleep(ms: number): Promise<void> {
    return new Promise(wake => this.sleepers.push({ until: this.time + ms, wake }));
  }

  /** Time stands still anyway. */
  public work<T>(action: () => Promise<T>): Promise<T> {
    return action();
  }

  /** Moves time on and wakes the sleepers as their time comes, also those that fall asleep meanwhile. */
  public async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settled();
    for (;;) {
      const [next] = this.sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until);
      if (!next) {break;}
      this.sleepers = this.sleepers.filter(sleeper => sleeper !== next);
      this.time = Math.max(this.time, next.until);
      next.wake();
      await this.settled();
    }
    this.time = end;
  }

  private async settled(): Promise<void> {
    // for some turns of the event loop, nobody is busy although more work follows
    for (let quiet = 0; quiet < 10; quiet = this.isBusy() ? 0 : quiet + 1) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }
}
