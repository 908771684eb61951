import { StateFailure } from './failures';
import type { JSONValue } from './library';
import { QUOTAS, isBeyond, quota, sizeOf } from '../../quotas';

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html on States.DataLimitExceeded */
export function withinQuota<T extends JSONValue>(payload: T, what: string): T {
  if (isBeyond('statesPayload', sizeOf('statesPayload', JSON.stringify(payload)))) {
    throw new StateFailure(QUOTAS.statesPayload.error, `The ${what} exceeded the maximum number of bytes service limit (${quota('statesPayload')}).`);
  }
  return payload;
}
