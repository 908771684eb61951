import { Stack, Token, region_info } from 'aws-cdk-lib';
import { MAX_JOB_NAME_LENGTH } from '../contract/api-constraints';

/** Upper bounds, in characters, for texts whose values only the deployment knows. */

/** Dataset groups and jobs have the same limit. */
export const MAX_NAME_LENGTH = MAX_JOB_NAME_LENGTH;
export const LONGEST_DATASET_ARN = 'arn:aws-us-gov:personalize:us-gov-west-1:111122223333:dataset/'.length + MAX_NAME_LENGTH + '/INTERACTIONS'.length;
export const LONGEST_ROLE_ARN = 'arn:aws-us-gov:iam::111122223333:role/'.length + 64;
export const LONGEST_LOG_GROUP_ARN = 'arn:aws-us-gov:logs:ap-northeast-1:111122223333:log-group::*'.length + 512;
const MAX_OTHER_LENGTH = 140;
const MAX_PSEUDO_LENGTHS: { readonly [name: string]: number } = {
  'AWS::Partition': 'aws-us-gov'.length,
  'AWS::Region': 'ap-northeast-1'.length,
  'AWS::AccountId': 12,
  'AWS::StackName': 128,
  'AWS::StackId': 'arn:aws-us-gov:cloudformation:ap-northeast-1:111122223333:stack/'.length + 128 + '/'.length + 36,
};

/**
 * The length of a value as JSON.
 *
 * @param ofUnknown the length of a value that comes from another resource
 */
export function jsonLength(stack: Stack, value: unknown, ofUnknown = MAX_OTHER_LENGTH): number {
  if (typeof value === 'string' && !Token.isUnresolved(value) && !value.includes('{{resolve:')) { return JSON.stringify(value).length; }
  const lengths = { ...MAX_PSEUDO_LENGTHS, ...environmentLengths(stack) };
  return JSON.stringify(withoutTokens(stack.resolve(value), name => lengths[name] ?? ofUnknown)).length;
}

/** The length of a text, without the quotes that JSON adds. */
export function textLength(stack: Stack, text: string, ofUnknown?: number): number {
  return jsonLength(stack, text, ofUnknown) - '""'.length;
}

/** Of the Region and the partition, if the Region is known. */
function environmentLengths({ region }: Stack): { readonly [name: string]: number } {
  if (Token.isUnresolved(region)) { return {}; }
  const { partition } = region_info.RegionInfo.get(region);
  return { 'AWS::Region': region.length, ...partition === undefined ? {} : { 'AWS::Partition': partition.length } };
}

/** @param lengthOf what `Ref` of this name, another intrinsic function or a dynamic reference stands for */
function withoutTokens(value: unknown, lengthOf: (name: string) => number): unknown {
  if (Array.isArray(value)) { return value.map(member => withoutTokens(member, lengthOf)); }
  // CloudFormation replaces a dynamic reference in any text
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
