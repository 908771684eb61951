import { ServiceError } from '../../core';

/**
 * An account's default quotas.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const QUOTAS = {
  rolesPerAccount: 1_000,
  managedPoliciesPerAccount: 1_500,
  managedPoliciesPerRole: 10,
  /** of all inline policies of a role together */
  inlinePolicyCharacters: 10_240,
  managedPolicyCharacters: 6_144,
  trustPolicyCharacters: 2_048,
  roleNameCharacters: 64,
  policyNameCharacters: 128,
};

/** White space does not count. */
export function policyLength(document: object): number {
  return JSON.stringify(document).length;
}

/** @param documents all inline policies of the role */
export function checkInlinePolicies(roleName: string, documents: Iterable<object>): void {
  const length = [...documents].reduce((sum, document) => sum + policyLength(document), 0);
  if (length > QUOTAS.inlinePolicyCharacters) {
    throw limitExceeded(`Maximum policy size of ${QUOTAS.inlinePolicyCharacters} bytes exceeded for role ${roleName}`);
  }
}

export function checkManagedPolicy(document: object): void {
  checkQuota('PolicySize', policyLength(document), QUOTAS.managedPolicyCharacters);
}

export function checkTrustPolicy(document: object): void {
  checkQuota('ACLSizePerRole', policyLength(document), QUOTAS.trustPolicyCharacters);
}

/** @param name as in IAM's message */
export function checkQuota(name: string, value: number, quota: number): void {
  if (value > quota) { throw limitExceeded(`Cannot exceed quota for ${name}: ${quota}`); }
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function checkName(parameter: 'roleName' | 'policyName', name: string): void {
  const most = parameter === 'roleName' ? QUOTAS.roleNameCharacters : QUOTAS.policyNameCharacters;
  const refuse = (constraint: string): void => {
    throw new ServiceError('ValidationError', `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: Member must ${constraint}`);
  };
  if (name.length > most) { refuse(`have length less than or equal to ${most}`); }
  if (!/^[\w+=,.@-]+$/.test(name)) { refuse('satisfy regular expression pattern: [\\w+=,.@-]+'); }
}

function limitExceeded(message: string): ServiceError {
  return new ServiceError('LimitExceeded', message, 409);
}
