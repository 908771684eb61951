import { Stack, Token, region_info } from 'aws-cdk-lib';

/**
 * What IAM allows a role, in characters without white space: for all its inline policies together, and for each managed policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const MAX_INLINE_LENGTH = 10_240;
export const MAX_MANAGED_LENGTH = 6_144;
export const MAX_MANAGED_POLICIES = 10;

/** The ARN of a role whose name is up to CloudFormation, that of a log group, and that of another resource. */
export const ROLE_ARN_LENGTH = 'arn:aws-us-gov:iam::111122223333:role/'.length + 64;
export const LOG_GROUP_ARN_LENGTH = 'arn:aws-us-gov:logs:ap-northeast-1:111122223333:log-group::*'.length + 512;
const UNKNOWN_LENGTH = 140;
const PSEUDO_LENGTHS: { readonly [name: string]: number } = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-northeast-1'.length,
  'AWS::AccountId': 12,
  'AWS::StackName': 128,
  'AWS::StackId': 'arn:aws-us-gov:cloudformation:ap-northeast-1:111122223333:stack/'.length + 128 + '/'.length + 36,
};

export const EMPTY_POLICY_LENGTH = JSON.stringify({ Version: '2012-10-17', Statement: [] }).length;

/**
 * How many characters a part of a policy has as JSON, at most as far as can be known.
 *
 * @param unknown the length of a value of another resource
 */
export function policyLength(stack: Stack, part: unknown, unknown = UNKNOWN_LENGTH): number {
  if (typeof part === 'string' && !Token.isUnresolved(part) && !part.includes('{{resolve:')) { return JSON.stringify(part).length; }
  const lengths = { ...PSEUDO_LENGTHS, ...environmentLengths(stack) };
  return JSON.stringify(withoutTokens(stack.resolve(part), name => lengths[name] ?? unknown)).length;
}

/** The Region and what follows from it, if it is known. */
function environmentLengths({ region }: Stack): { readonly [name: string]: number } {
  if (Token.isUnresolved(region)) { return {}; }
  const { partition } = region_info.RegionInfo.get(region);
  return { 'AWS::Region': region.length, ...partition === undefined ? {} : { 'AWS::Partition': partition.length } };
}

/** @param lengthOf the value that `Ref` of this name, or something else that is known in the deployment only, stands for */
function withoutTokens(value: unknown, lengthOf: (name: string) => number): unknown {
  if (Array.isArray(value)) { return value.map(member => withoutTokens(member, lengthOf)); }
  // a dynamic reference is text until the deployment
  if (typeof value === 'string') { return value.replace(/\{\{resolve:[^}]*\}\}/g, reference => 'x'.repeat(lengthOf(reference))); }
  if (typeof value !== 'object' || value === null) { return value; }
  const [[name, argument], ...others] = Object.entries(value);
  if (others.length === 0 && name === 'Ref') { return 'x'.repeat(lengthOf(argument as string)); }
  if (others.length === 0 && name === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(member => withoutTokens(member, lengthOf)).join(separator);
  }
  if (others.length === 0 && name.startsWith('Fn::')) { return 'x'.repeat(lengthOf(name)); }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutTokens(member, lengthOf)]));
}
