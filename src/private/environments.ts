import { Arn, ArnFormat, IResource, Stack, Token, TokenComparison, aws_iam as iam, aws_kms as kms, region_info } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';

/**
 * Which accounts, Regions and partitions must be the same. Only the deployment knows those that are tokens: they pass.
 */

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
 * @param region in which the ARN is used. Not the stack's partition: that is a token in many apps whose Region is known.
 */
export function partitionProblem(name: string, arn: string, region: string): string | undefined {
  if (Token.isUnresolved(arn)) { return undefined; }
  // none for a Region that is a token, or that the CDK does not know
  const { partition } = region_info.RegionInfo.get(region);
  if (partition === undefined || arn.startsWith(`arn:${partition}:`)) { return undefined; }
  return `${name} must be in the partition of ${region}, ${partition}, got ${JSON.stringify(arn)}: ARNs start with arn:${partition}: there`;
}

/** The role can be passed within its account only, and trusts Personalize for the account and Region of its stack only. */
export function destinationProblem(scope: Construct, destination: IConstruct): string | undefined {
  const [ours, theirs] = [Stack.of(scope), Stack.of(destination)];
  for (const [part, expected, actual] of [['account', ours.account, theirs.account], ['Region', ours.region, theirs.region]]) {
    if (differ(expected, actual)) {
      return `destination must be in a stack of the same ${part}, ${expected}, got ${JSON.stringify(destination.node.path)} in ${actual}: `
        + 'define one in this stack, and pass it the bucket';
    }
  }
  return undefined;
}

export function roleAccountProblem(role: iam.IRole, account: string): string | undefined {
  if (!differ(role.env.account, account)) { return undefined; }
  return `role must be in the account of the stack, ${account}, got ${quoted(role.roleArn, role)}: a role can be passed to a service within its account only`;
}

/** @param region of the bucket */
export function keyRegionProblem(key: kms.IKey, region: string): string | undefined {
  if (!differ(key.env.region, region)) { return undefined; }
  return `encryptionKey must be in the Region of the bucket, ${region}, got ${quoted(key.keyArn, key)}: S3 encrypts with keys of its own Region only`;
}

/** What a user recognizes: the ARN, or the construct's path where that is a token. */
function quoted(arn: string, { node }: IResource): string {
  return JSON.stringify(Token.isUnresolved(arn) ? node.path : arn);
}
