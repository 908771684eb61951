import type { Clock } from '../../local-aws/core';
import { WorkCount, type Work } from '../../local-aws/work';

/** Time that stands still until a test advances it. */
export class ManualClock implements Clock {
  public readonly origin = Date.UTC(2026, 0, 1);
  private time = this.origin;
  private sleepers: { until: number; wake: () => void }[] = [];
  private readonly atWork = new WorkCount();

  public now(): number {
    return this.time;
  }

  public sleep(ms: number): Promise<void> {
    return new Promise(wake => this.sleepers.push({ until: this.time + ms, wake }));
  }

  public work<T>(action: (work: Work) => Promise<T>): Promise<T> {
    return this.atWork.run(action);
  }

  /** Moves time on and wakes the sleepers as their time comes, also those that fall asleep meanwhile. */
  public async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await this.settled();
    for (;;) {
      const [next] = this.sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until);
      if (!next) {
        break;
      }
      this.sleepers = this.sleepers.filter(sleeper => sleeper !== next);
      this.time = Math.max(this.time, next.until);
      next.wake();
      await this.settled();
    }
    this.time = end;
  }

  /** Time does not pass while something is at work. */
  private async settled(): Promise<void> {
    // between two pieces of work, nobody is at work for some turns of the event loop
    for (let quiet = 0; quiet < 10; quiet = this.atWork.count > 0 ? 0 : quiet + 1) {
      await new Promise(resolve => setImmediate(resolve));
    }
  }
}
