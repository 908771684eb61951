import { Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { differ } from './environments';
import { attachedPolicy } from './policies/attached-policy';
import { PolicyAdditions } from './policies/policy-additions';

/** The service principal of Personalize, the same in all partitions. */
export const PERSONALIZE = 'personalize.amazonaws.com';

/**
 * The documented guard against the confused deputy: Personalize may act for this account and Region only. The ARN of a job is not known in
 * advance, hence the wildcard.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
 */
export function sourceConditions(stack: Stack, account = stack.account): iam.Conditions {
  return {
    StringEquals: { 'aws:SourceAccount': account },
    StringLike: { 'aws:SourceArn': stack.formatArn({ service: 'personalize', resource: '*', account }) },
  };
}

const KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
/** CreateGrant is needed only in key policies, or in the role's policy where it replaces one. */
const KEY_POLICY_ACTIONS = [...KEY_ACTIONS, 'kms:CreateGrant'].sort();
/** Needed on all keys if the dataset group has a key. */
const DATASET_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';

export interface PersonalizeAccessProps {
  readonly bucket: s3.IBucket;
  /** Of the objects that may be written; empty, or ends with `/`. */
  readonly prefix: string;
  readonly role: iam.IRole;
  /** The keys that encrypt the output: the one in the API call, then the bucket's own. */
  readonly outputKeys: kms.IKey[];
  readonly datasetEncryptionKey?: kms.IKey;
  /** For the service's own calls, in the policies of the bucket and the keys. */
  readonly sourceConditions?: iam.Conditions;
}

/**
 * Lets Personalize write exports, by the policies of the service role, the bucket and the keys: Personalize needs all of them.
 *
 * If the policy of an imported bucket, key or role cannot be changed, a warning contains the statement to add.
 *
 * @returns what must exist before a job starts, and until it ends
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
 */
export function grantPersonalizeAccess(scope: Construct, props: PersonalizeAccessProps): IDependable {
  const additions = new PolicyAdditions(scope);
  const { outputKeys, datasetEncryptionKey, role } = props;
  const keys = distinct([...outputKeys, ...datasetEncryptionKey ? [datasetEncryptionKey] : []]);
  const statements = [
    ...grantOnBucket(props, additions),
    ...keys.map(key => grantOnKey(props, key, additions)),
  ];
  if (iam.Role.isRole(role) && Stack.of(role) !== Stack.of(scope)) {
    // a policy in the role's stack that names the bucket or the key of this one would make the stacks depend on each other
    additions.inPlace.add(attachedPolicy(scope, 'RolePolicy', role, statements));
  } else {
    additions.toRole(role, statements);
  }
  return additions.inPlace;
}

/**
 * Lets Personalize import with this role what was exported, where the destination's own policies do not allow it yet: these let the service
 * list the bucket and use the keys, with `sourceConditions` only for the account of the destination.
 *
 * @param keyPattern of the exported objects
 * @returns what must exist before an import starts, and until it ends
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
 */
export function grantImport(scope: Construct, props: Omit<PersonalizeAccessProps, 'prefix' | 'datasetEncryptionKey'>, keyPattern: string): IDependable {
  const { bucket, outputKeys, role, sourceConditions: ofDestination } = props;
  const additions = new PolicyAdditions(scope, { steps: () => ({ first: `deploy ${scope.node.path}`, then: 'import' }) });
  const list = new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
  const read = new iam.PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects(keyPattern)] });
  const acrossAccounts = differ(bucket.env.account, role.env.account);
  const isOtherSource = acrossAccounts && ofDestination !== undefined;
  const conditions = isOtherSource ? sourceConditions(Stack.of(scope), role.env.account) : ofDestination;
  const all = principals({ role, sourceConditions: conditions }, acrossAccounts);
  if (acrossAccounts) { additions.toBucket(bucket, list.copy({ principals: [new iam.ArnPrincipal(role.roleArn)] })); }
  if (isOtherSource) { additions.toBucket(bucket, list.copy({ principals: all[0] })); }
  for (const some of all) { additions.toBucket(bucket, read.copy({ principals: some })); }

  const ofRole = [list, read];
  for (const key of distinct(outputKeys)) {
    const isNamed = isNamedByKey(key, role);
    if (isNamed) { additions.toKey(key, onKey([new iam.ArnPrincipal(role.roleArn)])); }
    if (isOtherSource) { additions.toKey(key, onKey(all[0])); }
    // the key's policy is enough for an import
    if (!isNamed || differ(key.env.account, role.env.account)) {
      ofRole.push(new iam.PolicyStatement({ actions: KEY_POLICY_ACTIONS, resources: [key.keyArn] }));
    }
    additions.inPlace.add(key);
  }
  additions.toRole(role, ofRole);
  return additions.inPlace;
}

/** @returns the statements for the role */
function grantOnBucket(props: PersonalizeAccessProps, additions: PolicyAdditions): iam.PolicyStatement[] {
  const { bucket, prefix, role } = props;
  const statements = [
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
  ];
  // across accounts, the role's own policy is not enough
  const ofPolicy = principals(props, differ(bucket.env.account, role.env.account));
  for (const statement of statements.flatMap(of => ofPolicy.map(some => of.copy({ principals: some })))) { additions.toBucket(bucket, statement); }
  return statements;
}

/** @returns the statement for the role */
function grantOnKey(props: PersonalizeAccessProps, key: kms.IKey, additions: PolicyAdditions): iam.PolicyStatement {
  const { role, outputKeys, datasetEncryptionKey } = props;
  const more = datasetEncryptionKey ? [DATASET_KEY_ACTION] : [];
  const isNamed = isNamedByKey(key, role);
  // the request names the first key, so it refers to it anyway
  if (key !== outputKeys[0]) { additions.inPlace.add(key); }
  for (const some of principals(props, isNamed)) { additions.toKey(key, onKey(some, more)); }
  return new iam.PolicyStatement({
    actions: [...isNamed && !differ(key.env.account, role.env.account) ? KEY_ACTIONS : KEY_POLICY_ACTIONS, ...more],
    resources: [key.keyArn],
  });
}

/**
 * Whether the key's policy names the role. If it named a role of another stack, the stacks would depend on each other. Such a key policy
 * leaves the decision to IAM, and the role's policy gets what the key policy would have said. Across accounts, both policies must say everything.
 */
function isNamedByKey(key: kms.IKey, role: iam.IRole): boolean {
  return differ(key.env.account, role.env.account) || Stack.of(key) === Stack.of(role);
}

function onKey(some: iam.IPrincipal[], more: string[] = []): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [...KEY_POLICY_ACTIONS, ...more], principals: some, resources: ['*'] });
}

/** One list for each statement. The role gets a statement of its own if there are conditions, which its calls do not meet. */
function principals({ role, sourceConditions: conditions }: Pick<PersonalizeAccessProps, 'role' | 'sourceConditions'>, withRole: boolean): iam.IPrincipal[][] {
  const service = new iam.ServicePrincipal(PERSONALIZE, { conditions });
  if (!withRole) { return [[service]]; }
  const roleItself = new iam.ArnPrincipal(role.roleArn);
  return conditions ? [[service], [roleItself]] : [[service, roleItself]];
}

function distinct(keys: kms.IKey[]): kms.IKey[] {
  return keys.filter((key, index) => keys.findIndex(other => other.keyArn === key.keyArn) === index);
}
