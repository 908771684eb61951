import type { AuthorizationRequest, Caller } from '../../core';

/** A request's caller as a principal of IAM decisions. */
export function principalOf(caller: Caller): AuthorizationRequest['principal'] {
  return caller.roleArn ? { roleArn: caller.roleArn, sessionArn: caller.arn } : { userArn: caller.arn };
}
