import { Arn, ArnFormat, Stack, Token, TokenComparison, aws_iam as iam, aws_kms as kms, region_info } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { checkKnown } from './validation';
import { kmsKeyArnProblem, roleArnProblem } from '../contract/api-constraints';

/** Which accounts, Regions and partitions must match. Tokens pass: only the deployment knows their values. */

/** Whether two accounts or Regions are known to differ. */
export function differ(one: string, other: string): boolean {
  return Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

/** @param name the prop that holds the resource */
export function environmentProblem(scope: Construct, name: string, arn: string): string | undefined {
  if (Token.isUnresolved(arn)) { return undefined; }
  const { account, region } = Arn.split(arn, ArnFormat.SLASH_RESOURCE_NAME);
  const stack = Stack.of(scope);
  for (const [part, ofResource, ofStack] of [['account', account!, stack.account], ['Region', region!, stack.region]]) {
    if (differ(ofResource, ofStack)) {
      return `${name} must be in the ${part} of the stack, ${ofStack}, got ${JSON.stringify(arn)}`;
    }
  }
  return partitionProblem(name, arn, stack.region);
}

/**
 * An ARN that was copied from another partition.
 *
 * @param region where the ARN is used. The stack's partition would not do: it is a token in many apps whose Region is known.
 */
export function partitionProblem(name: string, arn: string, region: string): string | undefined {
  if (Token.isUnresolved(arn)) { return undefined; }
  // undefined if the Region is a token or unknown to the CDK
  const { partition } = region_info.RegionInfo.get(region);
  if (partition === undefined || arn.startsWith(`arn:${partition}:`)) { return undefined; }
  return `${name} must be in the partition of ${region}, ${partition}, got ${JSON.stringify(arn)}: ARNs in that partition start with arn:${partition}:`;
}

/** The role can be passed only within its account, and trusts Personalize only for the account and Region of its stack. */
export function destinationProblem(scope: Construct, destination: IConstruct): string | undefined {
  const [ours, theirs] = [Stack.of(scope), Stack.of(destination)];
  for (const [part, expected, actual] of [['account', ours.account, theirs.account], ['Region', ours.region, theirs.region]]) {
    if (differ(expected, actual)) {
      return `destination must be in a stack of the same ${part}, ${expected}, got ${JSON.stringify(destination.node.path)} in ${actual}: `
        + 'define another destination in this stack, with the same bucket';
    }
  }
  return undefined;
}

/** @param name the prop that holds the role */
export function roleProblem(name: string, role: iam.IRole, { account, region }: Stack): string | undefined {
  const problem = checkKnown(role.roleArn, arn => roleArnProblem(arn, name));
  if (problem !== undefined) { return problem; }
  if (!differ(role.env.account, account)) { return partitionProblem(name, role.roleArn, region); }
  return `${name} must be in the account of the stack, ${account}, got ${quoted(role.roleArn, role)}: roles cannot be passed across accounts`;
}

/**
 * An alias is recognized even if its ARN is a token or contains one. IAM policies cannot name aliases.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/cmks-in-iam-policies.html
 */
export function keyProblem(key: kms.IKeyRef | undefined, name: string, region: string): string | undefined {
  if (key !== undefined && isAlias(key)) { return kmsKeyArnProblem(Token.isUnresolved(key.aliasName) ? key.node.path : key.aliasName, name); }
  const arn = key?.keyRef.keyArn;
  if (arn === undefined || (Token.isUnresolved(arn) && !/:alias\//.test(arn))) { return undefined; }
  return kmsKeyArnProblem(arn, name) ?? partitionProblem(name, arn, region);
}

function isAlias(key: kms.IKeyRef): key is kms.IAlias {
  return 'aliasName' in key && key.aliasName !== undefined;
}

/** A key that Lambda, CloudWatch Logs or Step Functions encrypts with: they take only keys of their Region. */
export function serviceKeyProblem(key: kms.IKeyRef | undefined, name: string, { region }: Stack): string | undefined {
  const problem = keyProblem(key, name, region);
  if (problem !== undefined || key === undefined || !differ(key.env.region, region)) { return problem; }
  return `${name} must be in the Region of the stack, ${region}, got ${quoted(key.keyRef.keyArn, key)}`;
}

/** @param region of the bucket */
export function keyRegionProblem(key: kms.IKey | undefined, region: string): string | undefined {
  if (key === undefined || !differ(key.env.region, region)) { return undefined; }
  return `encryptionKey must be in the Region of the bucket, ${region}, got ${quoted(key.keyArn, key)}: S3 encrypts only with keys of the bucket's Region`;
}

/** The ARN, or another identifier, or, if that is a token, the construct's path. */
export function quoted(identifier: string, { node }: IConstruct): string {
  return JSON.stringify(Token.isUnresolved(identifier) ? node.path : identifier);
}
