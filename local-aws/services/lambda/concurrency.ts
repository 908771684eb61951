import type { LambdaFunction } from './function';
import { ServiceError, type Clock } from '../../core';
import { QUOTAS, quota } from '../../quotas';
import type { LambdaSettings } from '../../wire';

/** How long an event without room waits: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const FIRST_INTERVAL_MS = 1000;
const LONGEST_INTERVAL_MS = 5 * 60_000;
/** An older event is discarded. */
export const LONGEST_EVENT_AGE_MS = 6 * 3_600_000;

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export class TooManyRequests extends ServiceError {
  public readonly members: object;

  constructor(public readonly reason: 'ConcurrentInvocationLimitExceeded' | 'ReservedFunctionConcurrentInvocationLimitExceeded') {
    super(QUOTAS.lambdaConcurrency.error, 'Rate Exceeded.', 429);
    this.members = { message: this.message, Reason: reason };
  }
}

/** To be called when the invocation is over. */
export type Leave = () => void;

/**
 * How many invocations may run at a time. A function with reserved concurrency has its own limit; all others share the rest of the account's.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export class Concurrency {
  public readonly settings: LambdaSettings = { concurrentExecutions: quota('lambdaConcurrency'), heldByOthers: 0, redeliveredAfterSeconds: [null] };
  private readonly running: LambdaFunction[] = [];

  constructor(private readonly clock: Clock, private readonly functions: () => LambdaFunction[]) {}

  /** Throws TooManyRequests if there is no room. */
  public enter(fn: LambdaFunction): Leave {
    const reserved = reservedBy(fn);
    if (reserved !== undefined && this.count(other => other === fn) >= reserved) {
      throw new TooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (reserved === undefined && this.count(other => reservedBy(other) === undefined) >= this.unreserved()) {
      throw new TooManyRequests('ConcurrentInvocationLimitExceeded');
    }
    this.running.push(fn);
    return () => { this.running.splice(this.running.indexOf(fn), 1); };
  }

  /** Waits for room, asking at growing intervals. Undefined once it is no longer wanted. */
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
    return this.running.filter(which).length;
  }

  private unreserved(): number {
    const reserved = this.functions().reduce((sum, fn) => sum + (reservedBy(fn) ?? 0), 0);
    return this.settings.concurrentExecutions - this.settings.heldByOthers - reserved;
  }
}

function reservedBy({ configuration }: LambdaFunction): number | undefined {
  return configuration.reservedConcurrency;
}
