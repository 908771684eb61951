import { Annotations, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import { differ } from './environments';

/** The service principal of Personalize, the same in all partitions. */
export const PERSONALIZE = 'personalize.amazonaws.com';

/**
 * The documented guard against the confused deputy: Personalize may act for this account and Region only. The ARN of a job is not known in
 * advance, hence the wildcard.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
 */
export function sourceConditions(stack: Stack): iam.Conditions {
  return {
    StringEquals: { 'aws:SourceAccount': stack.account },
    StringLike: { 'aws:SourceArn': stack.formatArn({ service: 'personalize', resource: '*' }) },
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
  // Policies only, no whole constructs: anything else below a bucket or a role, like a notification to a function that reads the export,
  // may itself depend on the job.
  const inPlace = new DependencyGroup();
  const { outputKeys, datasetEncryptionKey } = props;
  const keys = distinct([...outputKeys, ...datasetEncryptionKey ? [datasetEncryptionKey] : []]);
  grantToRole(scope, props.role, [
    ...grantOnBucket(scope, props, inPlace),
    ...keys.map(key => grantOnKey(scope, props, key, inPlace)),
  ], inPlace);
  return inPlace;
}

/** @returns the statements for the role */
function grantOnBucket(scope: Construct, props: PersonalizeAccessProps, inPlace: DependencyGroup): iam.PolicyStatement[] {
  const { bucket, prefix, role } = props;
  const statements = [
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
    new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [bucket.arnForObjects(`${prefix}*`)] }),
  ];
  // across accounts, the role's own policy is not enough
  const ofPolicy = principals(props, differ(bucket.env.account, role.env.account));
  for (const statement of statements.flatMap(of => ofPolicy.map(some => of.copy({ principals: some })))) {
    const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
    if (policyDependable) { inPlace.add(policyDependable); }
    if (!statementAdded) { warnNotAdded(scope, 'bucketPolicy', 'policy of the imported bucket', statement); }
  }
  return statements;
}

/** @returns the statement for the role */
function grantOnKey(scope: Construct, props: PersonalizeAccessProps, key: kms.IKey, inPlace: DependencyGroup): iam.PolicyStatement {
  const more = props.datasetEncryptionKey ? [DATASET_KEY_ACTION] : [];
  // If a key policy named a role of another stack, the stacks would depend on each other. Such a key policy leaves the decision to IAM, and
  // the role's policy gets what the key policy would have said. Across accounts, both policies must say everything.
  const acrossAccounts = differ(key.env.account, props.role.env.account);
  const roleInKeyPolicy = acrossAccounts || Stack.of(key) === Stack.of(props.role);
  // the request names the first key, so it refers to it anyway
  if (key !== props.outputKeys[0]) { inPlace.add(key); }
  for (const some of principals(props, roleInKeyPolicy)) {
    const statement = new iam.PolicyStatement({ actions: [...KEY_POLICY_ACTIONS, ...more], principals: some, resources: ['*'] });
    if (!key.addToResourcePolicy(statement, true).statementAdded) {
      warnNotAdded(scope, 'keyPolicy', 'policy of the imported key', statement);
    }
  }
  return new iam.PolicyStatement({
    actions: [...roleInKeyPolicy && !acrossAccounts ? KEY_ACTIONS : KEY_POLICY_ACTIONS, ...more],
    resources: [key.keyArn],
  });
}

function grantToRole(scope: Construct, role: iam.IRole, statements: iam.PolicyStatement[], inPlace: DependencyGroup): void {
  if (iam.Role.isRole(role) && Stack.of(role) !== Stack.of(scope)) {
    // a policy in the role's stack that names the bucket or the key of this one would make the stacks depend on each other
    inPlace.add(new iam.Policy(scope, 'RolePolicy', { roles: [role], statements }));
    return;
  }
  for (const statement of statements) {
    const { statementAdded, policyDependable } = role.grantPrincipal.addToPrincipalPolicy(statement);
    if (policyDependable) { inPlace.add(policyDependable); }
    if (!statementAdded || pretends(role, policyDependable)) { warnNotAdded(scope, 'rolePolicy', 'policy of the imported role', statement); }
  }
}

/** One list for each statement. The role gets a statement of its own if there are conditions, which its calls do not meet. */
function principals({ role, sourceConditions: conditions }: PersonalizeAccessProps, withRole: boolean): iam.IPrincipal[][] {
  const service = new iam.ServicePrincipal(PERSONALIZE, { conditions });
  if (!withRole) { return [[service]]; }
  const roleItself = new iam.ArnPrincipal(role.roleArn);
  return conditions ? [[service], [roleItself]] : [[service, roleItself]];
}

function distinct(keys: kms.IKey[]): kms.IKey[] {
  return keys.filter((key, index) => keys.findIndex(other => other.keyArn === key.keyArn) === index);
}

/** An immutable role claims that the statement was added, but its dependable contains no policy. */
function pretends(role: iam.IRole, policyDependable?: IDependable): boolean {
  return !iam.Role.isRole(role) && policyDependable !== undefined && Dependable.of(policyDependable).dependencyRoots.length === 0;
}

function warnNotAdded(scope: Construct, policy: string, text: string, statement: iam.PolicyStatement): void {
  const json = JSON.stringify(Stack.of(scope).resolve(statement.toStatementJson()));
  Annotations.of(scope).addWarningV2(
    `cdk-personalize-dataset-export:${policy}NotAdded`,
    `this app cannot change the ${text}. Add this statement to it, or exports will fail: ${json}`,
  );
}
