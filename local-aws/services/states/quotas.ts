import { ExecutionFailure, StateFailure } from './failures';
import type { JSONValue } from './library';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_EVENTS = 25_000;
export const MAX_PAYLOAD_BYTES = 262_144;
export const MAX_DEFINITION_BYTES = 1_048_576;

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
    return this.events >= MAX_EVENTS - 1;
  }

  /** The name of the error is not documented. */
  public add(events: number): void {
    if (this.events + events > MAX_EVENTS - 1) {
      this.events = MAX_EVENTS;
      throw new ExecutionFailure('States.Runtime', `The execution reached the maximum number of history events (${MAX_EVENTS}).`);
    }
    this.events += events;
  }

  /** Adds the last event. */
  public end(): void {
    this.events = Math.min(this.events + 1, MAX_EVENTS);
  }
}

export function bytes(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html on States.DataLimitExceeded */
export function withinQuota<T extends JSONValue>(payload: T, what: string): T {
  if (bytes(JSON.stringify(payload)) > MAX_PAYLOAD_BYTES) {
    throw new StateFailure(
      'States.DataLimitExceeded', `The ${what} exceeded the maximum number of bytes service limit (${MAX_PAYLOAD_BYTES}).`,
    );
  }
  return payload;
}
