import { Annotations, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';

/** Adds statements to the policies of buckets, keys and roles. A warning contains what cannot be added. */
export class PolicyAdditions {
  /**
   * The policies. No whole constructs: anything else below a bucket or a role, like a notification to a function that reads the export, may
   * itself depend on the job.
   */
  public readonly inPlace = new DependencyGroup();

  constructor(private readonly scope: Construct) {}

  public toBucket(bucket: s3.IBucket, statement: iam.PolicyStatement): void {
    const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
    if (policyDependable) { this.inPlace.add(policyDependable); }
    if (!statementAdded) { this.warnNotAdded('bucketPolicy', 'policy of the imported bucket', statement); }
  }

  public toKey(key: kms.IKey, statement: iam.PolicyStatement): void {
    if (!key.addToResourcePolicy(statement, true).statementAdded) { this.warnNotAdded('keyPolicy', 'policy of the imported key', statement); }
  }

  public toRole(role: iam.IRole, statements: iam.PolicyStatement[]): void {
    for (const statement of statements) {
      const { statementAdded, policyDependable } = role.grantPrincipal.addToPrincipalPolicy(statement);
      if (policyDependable) { this.inPlace.add(policyDependable); }
      if (!statementAdded || pretends(role, policyDependable)) { this.warnNotAdded('rolePolicy', 'policy of the imported role', statement); }
    }
  }

  private warnNotAdded(policy: string, text: string, statement: iam.PolicyStatement): void {
    const json = JSON.stringify(Stack.of(this.scope).resolve(statement.toStatementJson()));
    Annotations.of(this.scope).addWarningV2(
      `cdk-personalize-dataset-export:${policy}NotAdded`,
      `this app cannot change the ${text}. Add this statement to it, or exports will fail: ${json}`,
    );
  }
}

/** An immutable role claims that the statement was added, but its dependable contains no policy. */
function pretends(role: iam.IRole, policyDependable?: IDependable): boolean {
  return !iam.Role.isRole(role) && policyDependable !== undefined && Dependable.of(policyDependable).dependencyRoots.length === 0;
}
