import { Annotations, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import { differ } from './environments';
import { PERSONALIZE } from './personalize-service';

const KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
/** Only key policies need it, see personalizeKeyStatements. */
const KEY_POLICY_ACTIONS = [...KEY_ACTIONS, 'kms:CreateGrant'].sort();
/** Needed on top, on the dataset group's key and on the output's, when the dataset group has a key of its own. */
const DATASET_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';

export interface PersonalizeAccessProps {
  readonly bucket: s3.IBucket;
  /** Objects may be written below it; empty, or ends with `/`. */
  readonly prefix: string;
  readonly role: iam.IRole;
  /** The keys that encrypt the output: the one named in the API call, then the bucket's own. */
  readonly outputKeys: kms.IKey[];
  readonly datasetEncryptionKey?: kms.IKey;
  /** What the bucket's and the keys' policies ask of the service's own calls. */
  readonly sourceConditions?: iam.Conditions;
}

/**
 * Lets Personalize write exports: the service role's policy, the bucket's and the keys' policies. Personalize needs all of
 * them, the role alone is not enough.
 *
 * What cannot be granted (the policy of an imported bucket, key or role) becomes a warning with the statement to add.
 *
 * @returns what must be in place before a job starts, and stay until it is gone
 * @see https://docs.aws.amazon.com/personalize/latest/dg/export-permissions.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
 */
export function grantPersonalizeAccess(scope: Construct, props: PersonalizeAccessProps): IDependable {
  // The policies alone, not the whole constructs: whatever else hangs below a bucket or a role (a notification to a function
  // that reads the export, say) may itself depend on the job.
  const inPlace = new DependencyGroup();
  const objects = props.bucket.arnForObjects(`${props.prefix}*`);

  const roleStatements = [
    new iam.PolicyStatement({ actions: ['s3:ListBucket'], resources: [props.bucket.bucketArn] }),
    new iam.PolicyStatement({ actions: ['s3:PutObject'], resources: [objects] }),
  ];
  // across accounts, the role's own policy is not enough
  const bucketPrincipals = principals(props, differ(props.bucket.env.account, props.role.env.account));
  const bucketStatements = roleStatements.flatMap(statement => bucketPrincipals.map(some => statement.copy({ principals: some })));
  for (const statement of bucketStatements) {
    const { statementAdded, policyDependable } = props.bucket.addToResourcePolicy(statement);
    if (policyDependable) { inPlace.add(policyDependable); }
    if (!statementAdded) { warnNotAdded(scope, 'bucketPolicy', 'policy of the imported bucket', statement); }
  }

  for (const key of distinct([...props.outputKeys, ...props.datasetEncryptionKey ? [props.datasetEncryptionKey] : []])) {
    const more = props.datasetEncryptionKey ? [DATASET_KEY_ACTION] : [];
    // A key policy that names a role of another stack would make the stacks depend on each other in a circle. The key's own
    // stack leaves IAM to the account then, and the role's policy gets what the key policy would have said. Across accounts,
    // both policies must say all of it.
    const acrossAccounts = differ(key.env.account, props.role.env.account);
    const roleInKeyPolicy = acrossAccounts || Stack.of(key) === Stack.of(props.role);
    roleStatements.push(new iam.PolicyStatement({
      actions: [...roleInKeyPolicy && !acrossAccounts ? KEY_ACTIONS : KEY_POLICY_ACTIONS, ...more],
      resources: [key.keyArn],
    }));
    // whoever names the key in a request refers to it, and so comes after it anyway
    if (key !== props.outputKeys[0]) { inPlace.add(key); }
    for (const some of principals(props, roleInKeyPolicy)) {
      const statement = new iam.PolicyStatement({ actions: [...KEY_POLICY_ACTIONS, ...more], principals: some, resources: ['*'] });
      if (!key.addToResourcePolicy(statement, true).statementAdded) {
        warnNotAdded(scope, 'keyPolicy', 'policy of the imported key', statement);
      }
    }
  }

  if (iam.Role.isRole(props.role) && Stack.of(props.role) !== Stack.of(scope)) {
    // In the role's own stack, a policy that names the bucket or the key of this one would make the stacks depend on each other
    // in a circle.
    inPlace.add(new iam.Policy(scope, 'RolePolicy', { roles: [props.role], statements: roleStatements }));
    return inPlace;
  }
  for (const statement of roleStatements) {
    const { statementAdded, policyDependable } = props.role.grantPrincipal.addToPrincipalPolicy(statement);
    if (policyDependable) { inPlace.add(policyDependable); }
    if (!statementAdded || pretends(props.role, policyDependable)) { warnNotAdded(scope, 'rolePolicy', 'policy of the imported role', statement); }
  }
  return inPlace;
}

/** The principals of each statement: the conditions are not met by what the service does in the role, which stands apart then. */
function principals({ role, sourceConditions }: PersonalizeAccessProps, withRole: boolean): iam.IPrincipal[][] {
  const service = new iam.ServicePrincipal(PERSONALIZE, { conditions: sourceConditions });
  if (!withRole) { return [[service]]; }
  const roleItself = new iam.ArnPrincipal(role.roleArn);
  return sourceConditions ? [[service], [roleItself]] : [[service, roleItself]];
}

function distinct(keys: kms.IKey[]): kms.IKey[] {
  return keys.filter((key, index) => keys.findIndex(other => other.keyArn === key.keyArn) === index);
}

/** A role that may not be changed claims to have taken the statement, and names no policy that holds it. */
function pretends(role: iam.IRole, policyDependable?: IDependable): boolean {
  return !iam.Role.isRole(role) && policyDependable !== undefined && Dependable.of(policyDependable).dependencyRoots.length === 0;
}

function warnNotAdded(scope: Construct, policy: string, text: string, statement: iam.PolicyStatement): void {
  const json = JSON.stringify(Stack.of(scope).resolve(statement.toStatementJson()));
  Annotations.of(scope).addWarningV2(
    `cdk-personalize-dataset-export:${policy}NotAdded`,
    `the ${text} cannot be changed from here, and the export fails without this statement, add it there: ${json}`,
  );
}
