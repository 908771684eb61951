import { statements, valuesOf, type Statement } from '../iam/policy-documents';

/** What a condition must fix for a policy not to be public. */
const NOT_PUBLIC = new RegExp('^(aws:(SourceIp|SourceArn|SourceVpc|SourceVpce|SourceOwner|SourceAccount|userid|PrincipalOrgID|PrincipalOrgPaths|PrincipalArn|PrincipalAccount|SourceOrgID|SourceOrgPaths)'
  + '|s3:(x-amz-server-side-encryption-aws-kms-key-id|DataAccessPointArn|DataAccessPointAccount))$', 'i');
const FIXING = /^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike|IpAddress)$/i;

/**
 * Whether S3 considers a bucket policy public: it allows something to everybody, under no condition that fixes who, or from where.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
export function isPublic(policy: object): boolean {
  return statements(policy).some(({ Effect, Principal, NotPrincipal, Condition = {} }) => (
    Effect === 'Allow' && (NotPrincipal !== undefined || includesEverybody(Principal)) && !isFixed(Condition)));
}

function includesEverybody(principal: unknown): boolean {
  return principal === '*' || valuesOf((principal as { AWS?: unknown } | undefined)?.AWS).includes('*');
}

/** A value with a wildcard or a variable fixes nothing. */
function isFixed(condition: NonNullable<Statement['Condition']>): boolean {
  return Object.entries(condition).filter(([operator]) => FIXING.test(operator)).some(([, keys]) => (
    Object.entries(keys as object).some(([key, values]) => NOT_PUBLIC.test(key) && valuesOf(values).every(value => !/[*?]|\$\{/.test(value)))));
}
