import { ServiceError } from '../core';
import type { Profile } from '../profile';
import type { World } from '../world';
import type { Call, Interceptor } from './calls';

/** How services say that calls come too fast, by signing name; the others have `ThrottlingException`. */
const THROTTLED: Readonly<Record<string, readonly [code: string, status: number]>> = {
  cloudformation: ['Throttling', 400],
  sts: ['Throttling', 400],
  s3: ['SlowDown', 503],
  lambda: ['TooManyRequestsException', 429],
};

/** Throttles and delays some calls, as the profile says; the others go on to `next`. */
export function trouble({ troubleEvery, slowSeconds }: Profile, { clock, callers }: Pick<World, 'clock' | 'callers'>, next: Interceptor): Interceptor {
  const counts = new Map<string, number>();
  return async (call, proceed) => {
    if (troubleEvery === null) { return next(call, proceed); }
    const key = `${call.service} ${call.operation} ${callerOf(call)}`;
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    if (count % troubleEvery === 0) {
      const [code, status] = THROTTLED[call.service] ?? ['ThrottlingException', 400];
      throw new ServiceError(code, 'Rate exceeded', status);
    }
    if (count % troubleEvery === 1) { await callers.waiting(call.request.caller.accessKeyId, () => clock.sleep(slowSeconds * 1000)); }
    return next(call, proceed);
  };
}

/** All sessions of a role together. */
function callerOf({ request: { caller: { arn, roleArn } } }: Call): string {
  return roleArn ?? arn;
}
