import { ServiceError } from '../../core';
import { checkLength, checkQuota } from '../../quotas';

/** White space does not count. */
export function policyLength(document: object): number {
  return JSON.stringify(document).length;
}

/** @param documents all inline policies of the role */
export function checkInlinePolicies(roleName: string, documents: Iterable<object>): void {
  const length = [...documents].reduce((sum, document) => sum + policyLength(document), 0);
  checkQuota('iamInlinePolicies', length, most => `Maximum policy size of ${most} bytes exceeded for role ${roleName}`, 409);
}

export function checkManagedPolicy(document: object): void {
  checkEntity('iamManagedPolicy', 'PolicySize', policyLength(document));
}

export function checkTrustPolicy(document: object): void {
  checkEntity('iamTrustPolicy', 'ACLSizePerRole', policyLength(document));
}

/** @param name as in IAM's message */
export function checkEntity(
  quota: 'iamRoles' | 'iamManagedPolicies' | 'iamManagedPoliciesOfRole' | 'iamManagedPolicy' | 'iamTrustPolicy', name: string, value: number,
): void {
  checkQuota(quota, value, most => `Cannot exceed quota for ${name}: ${most}`, 409);
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function checkName(parameter: 'roleName' | 'policyName', name: string): void {
  checkLength(parameter === 'roleName' ? 'iamRoleName' : 'iamPolicyName', parameter, name);
  if (!/^[\w+=,.@-]+$/.test(name)) {
    throw new ServiceError('ValidationError', `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: `
      + 'Member must satisfy regular expression pattern: [\\w+=,.@-]+');
  }
}

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export function checkDescription(description = ''): void {
  if (!/^[\t\n\r\x20-\x7E\xA1-\xFF]*$/.test(description)) {
    throw new ServiceError('ValidationError', '1 validation error detected: Value at \'description\' failed to satisfy constraint: '
      + 'Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*');
  }
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export function checkTags(tags: readonly Tag[] = []): void {
  checkLength('iamTags', 'tags', tags);
  tags.forEach(({ Key, Value }, index) => {
    checkLength('iamTagKey', `tags.${index + 1}.member.key`, Key);
    checkLength('iamTagValue', `tags.${index + 1}.member.value`, Value);
  });
}
