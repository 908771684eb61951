import { Annotations, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import { Pasteable, pasteable } from '../pasteable';

type Kind = 'bucket' | 'key' | 'role';

/** Adds statements to the policies of buckets, keys and roles. A warning contains what cannot be added. */
export class PolicyAdditions {
  /**
   * The policies. No whole constructs: anything else below a bucket or a role, like a notification to a function that reads the export, may
   * itself depend on the job.
   */
  public readonly inPlace = new DependencyGroup();

  /** @param otherwise what happens without the statements */
  constructor(private readonly scope: Construct, private readonly otherwise = 'Personalize gets no access') {}

  public toBucket(bucket: s3.IBucket, statement: iam.PolicyStatement): void {
    const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
    if (policyDependable) { this.inPlace.add(policyDependable); }
    if (!statementAdded) { this.warnNotAdded('bucket', bucket.bucketArn, statement); }
  }

  public toKey(key: kms.IKey, statement: iam.PolicyStatement): void {
    if (!key.addToResourcePolicy(statement, true).statementAdded) { this.warnNotAdded('key', key.keyArn, statement); }
  }

  public toRole(role: iam.IRole, statements: iam.PolicyStatement[]): void {
    for (const statement of statements) {
      const { statementAdded, policyDependable } = role.grantPrincipal.addToPrincipalPolicy(statement);
      if (policyDependable) { this.inPlace.add(policyDependable); }
      if (!statementAdded || pretends(role, policyDependable)) { this.warnNotAdded('role', role.roleArn, statement); }
    }
  }

  private warnNotAdded(kind: Kind, arn: string, statement: iam.PolicyStatement): void {
    const { scope } = this;
    const toAdd = pasteable(scope, statement.toStatementJson());
    Annotations.of(scope).addWarningV2(
      `cdk-personalize-dataset-export:${kind}PolicyNotAdded`,
      `the policy of ${kind} ${pasteable(scope, arn).text} needs this statement, which the app cannot add. ${howToAdd(kind, toAdd, scope.node.path, this.otherwise)}: ${toAdd.text}`,
    );
  }
}

/** AWS refuses policies of buckets and keys with a principal that does not exist, and nobody knows the generated names of what does not. */
function howToAdd(kind: Kind, { ofApp, attributes, environment }: Pasteable, path: string, otherwise: string): string {
  const placeholders = [...environment, ...attributes];
  const replaced = placeholders.length === 0 ? '' : `, with the values of ${placeholders.join(' and ')}`;
  const waits = ofApp.length > 0 && (kind !== 'role' || attributes.length > 0);
  if (!waits) { return `Add it before you deploy${replaced}, or ${otherwise}`; }
  const existing = kind === 'role' ? '' : '. Or use a role that exists already';
  return `It needs ${ofApp.join(' and ')}, which a first deployment creates: deploy ${path} without jobs, add the statement${replaced}, then deploy `
    + `the jobs${existing}. Without it, ${otherwise}`;
}

/** An immutable role claims that the statement was added, but its dependable contains no policy. */
function pretends(role: iam.IRole, policyDependable?: IDependable): boolean {
  return !iam.Role.isRole(role) && policyDependable !== undefined && Dependable.of(policyDependable).dependencyRoots.length === 0;
}
