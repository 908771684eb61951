import type { Clock } from '../../core';
import type { Work } from '../../work';

/** What a function's process says that it waits for, when it does nothing else. */
export interface Waits {
  /** the number of its requests that are not answered */
  readonly requests: number;
  /** the simulated time of its next timer */
  readonly until?: number;
}

/** The work of a function's process: paused while the process waits for nothing but simulated time. */
export class ProcessWork {
  private work?: Work;
  private said?: Waits;
  /** how many of its requests wait for simulated time themselves */
  private waiting = 0;

  /** @param wake tells the process what time it is */
  constructor(private readonly clock: Clock, private readonly wake: () => void) {}

  public async during<T>(work: Work, action: () => Promise<T>): Promise<T> {
    this.work = work;
    try {
      return await action();
    } finally {
      this.goesOn();
      this.work = undefined;
      this.waiting = 0;
    }
  }

  public waits(said: Waits): void {
    this.said = said;
    this.update();
    if (said.until === undefined) { return; }
    void this.clock.sleep(said.until - this.clock.now()).then(() => {
      if (this.said !== said) { return; }
      this.goesOn();
      this.wake();
    });
  }

  public requestsWaiting(count: number): void {
    const answered = count < this.waiting;
    this.waiting = count;
    if (answered) {
      this.goesOn();
      this.wake();
    } else {
      this.update();
    }
  }

  public goesOn(): void {
    this.said = undefined;
    this.update();
  }

  private update(): void {
    // requests that are still on their way are work; those that wait may be more than the process waits for: it may have given some up
    if (this.said && this.said.requests <= this.waiting) {
      this.work?.pause();
    } else {
      this.work?.resume();
    }
  }
}
