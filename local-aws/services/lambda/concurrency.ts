import type { LambdaFunction } from './function';
import { ServiceError, type Clock } from '../../core';
import type { LambdaSettings } from '../../wire';

/** What happens to an event that there is no room for: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const FIRST_INTERVAL_MS = 1000;
const LONGEST_INTERVAL_MS = 5 * 60_000;
/** After that, an event is discarded. */
export const LONGEST_EVENT_AGE_MS = 6 * 3_600_000;

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class TooManyRequests extends ServiceError {
  constructor(public readonly reason: 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded') {
    super('TooManyRequestsException', 'Rate Exceeded.', 429);
  }
}

/** To be called when the invocation is over. */
export type Leave = () => void;

/**
 * How many invocations there may be at a time: those of all functions together, but for functions with a reserve of their own, which the
 * others do without.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class Concurrency {
  /** by default, those of https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
  public readonly settings: LambdaSettings = { concurrentExecutions: 1000, heldByOthers: 0 };
  private readonly underWay: LambdaFunction[] = [];

  constructor(private readonly clock: Clock, private readonly functions: () => LambdaFunction[]) {}

  /** Throws TooManyRequests when there is no room. */
  public enter(fn: LambdaFunction): Leave {
    const reserved = reserveOf(fn);
    if (reserved !== undefined && this.count(other => other === fn) >= reserved) {
      throw new TooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (reserved === undefined && this.count(other => reserveOf(other) === undefined) >= this.unreserved()) {
      throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
    }
    this.underWay.push(fn);
    return () => {
      this.underWay.splice(this.underWay.indexOf(fn), 1);
    };
  }

  /** Waits for room, asking at growing intervals; undefined when it is not wanted any more. */
  public async enterByAndBy(fn: LambdaFunction, isWanted: () => boolean): Promise<Leave | undefined> {
    for (let interval = FIRST_INTERVAL_MS; isWanted(); interval = Math.min(2 * interval, LONGEST_INTERVAL_MS)) {
      try {
        return this.enter(fn);
      } catch {
        await this.clock.sleep(interval);
      }
    }
    return undefined;
  }

  private count(which: (fn: LambdaFunction) => boolean): number {
    return this.underWay.filter(which).length;
  }

  private unreserved(): number {
    const reserved = this.functions().reduce((sum, fn) => sum + (reserveOf(fn) ?? 0), 0);
    return this.settings.concurrentExecutions - this.settings.heldByOthers - reserved;
  }
}

function reserveOf({ configuration }: LambdaFunction): number | undefined {
  return configuration.reservedConcurrency;
}
