import type { Caller } from '../../core';
import type { DecisionRecord } from '../../wire';

/** What IAM is asked. */
export type AuthorizationRequest = Omit<DecisionRecord, 'allowed'>;
export type Principal = AuthorizationRequest['principal'];

export function principalOf({ arn, roleArn }: Caller): Principal {
  return roleArn ? { roleArn, sessionArn: arn } : { userArn: arn };
}

export function nameOf({ sessionArn, roleArn, userArn, service }: Principal): string | undefined {
  return sessionArn ?? roleArn ?? userArn ?? service;
}
