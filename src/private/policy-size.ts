import { Stack } from 'aws-cdk-lib';

/**
 * What IAM allows a role, in characters without white space: for all its inline policies together, and for each managed policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const MAX_INLINE_LENGTH = 10_240;
export const MAX_MANAGED_LENGTH = 6_144;

/** The ARN of a role whose name is up to CloudFormation, and that of another resource. */
export const ROLE_ARN_LENGTH = 'arn:aws-us-gov:iam::111122223333:role/'.length + 64;
const UNKNOWN_LENGTH = 140;
const PSEUDO_LENGTHS: { readonly [name: string]: number } = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-northeast-1'.length,
  'AWS::AccountId': 12,
  'AWS::StackName': 128,
  'AWS::StackId': 'arn:aws-us-gov:cloudformation:ap-northeast-1:111122223333:stack/'.length + 128 + '/'.length + 36,
};

/**
 * How many characters a part of a policy has as JSON, at most as far as can be known.
 *
 * @param unknown the length of a value of another resource
 */
export function policyLength(stack: Stack, part: unknown, unknown = UNKNOWN_LENGTH): number {
  return JSON.stringify(withoutTokens(stack.resolve(part), unknown)).length;
}

function withoutTokens(value: unknown, unknown: number): unknown {
  if (Array.isArray(value)) { return value.map(member => withoutTokens(member, unknown)); }
  if (typeof value !== 'object' || value === null) { return value; }
  const [[name, argument], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') { return 'x'.repeat(PSEUDO_LENGTHS[argument as string] ?? unknown); }
  if (others.length === 0 && name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(member => withoutTokens(member, unknown)).join(separator);
  }
  if (others.length === 0 && name.startsWith('Fn::')) { return 'x'.repeat(unknown); }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutTokens(member, unknown)]));
}
