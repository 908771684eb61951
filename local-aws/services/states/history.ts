import { ExecutionFailure } from './failures';
import { isBeyond, quota } from '../../quotas';

/**
 * Counts the events of an execution's history.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html
 */
export class History {
  private events = 0;

  public get length(): number {
    return this.events;
  }

  /** The last event is reserved for the end of the execution. */
  public get isFull(): boolean {
    return isBeyond('statesHistory', this.events + 2);
  }

  /** The name of the error is not documented. */
  public add(events: number): void {
    if (isBeyond('statesHistory', this.events + events + 1)) {
      const most = quota('statesHistory');
      this.events = most;
      throw new ExecutionFailure('States.Runtime', `The execution reached the maximum number of history events (${most}).`);
    }
    this.events += events;
  }

  /** Adds the last event. */
  public end(): void {
    this.events = Math.min(this.events + 1, quota('statesHistory'));
  }
}
