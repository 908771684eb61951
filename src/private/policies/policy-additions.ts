import { createHash } from 'crypto';
import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sqs as sqs } from 'aws-cdk-lib';
import { Construct, Dependable, DependencyGroup, IDependable } from 'constructs';
import { attachedIfPossible } from './attached-policy';
import { differ } from '../environments';
import { warnLate } from '../late-warning';
import { Pasteable, pasteable } from '../pasteable';

type Kind = 'bucket' | 'key' | 'queue' | 'role';

/** How a statement can be added that names resources of the app. */
export interface Steps {
  /** What is deployed before the statement is added. */
  readonly first: string;
  /** What is done after it. */
  readonly then: string;
}

export interface Advice {
  /** What happens without the statement. */
  readonly otherwise: string;
  /** @param ofApp the paths of the resources of the app */
  readonly steps: (ofApp: readonly string[]) => Steps;
}

/** Adds statements to the policies of buckets, keys, queues and roles. A warning contains what cannot be added. */
export class PolicyAdditions {
  /**
   * The policies. No whole constructs: anything else below a bucket or a role, like a notification to a function that reads the export, may
   * itself depend on the job.
   */
  public readonly inPlace = new DependencyGroup();
  private readonly advice: Advice;

  constructor(private readonly scope: Construct, advice: Partial<Advice> = {}) {
    this.advice = {
      otherwise: 'Personalize gets no access',
      steps: () => ({ first: `deploy ${scope.node.path} without jobs`, then: 'deploy the jobs' }),
      ...advice,
    };
  }

  public toBucket(bucket: s3.IBucket, statement: iam.PolicyStatement): void {
    const { statementAdded, policyDependable } = bucket.addToResourcePolicy(statement);
    if (policyDependable) { this.inPlace.add(policyDependable); }
    if (!statementAdded) { this.warnNotAdded('bucket', bucket.bucketArn, statement); }
  }

  public toKey(key: kms.IKey, statement: iam.PolicyStatement): void {
    if (!key.addToResourcePolicy(statement, true).statementAdded) { this.warnNotAdded('key', key.keyArn, statement); }
  }

  public toQueue(queue: sqs.IQueue, statement: iam.PolicyStatement): void {
    if (!queue.addToResourcePolicy(statement).statementAdded) { this.warnNotAdded('queue', queue.queueArn, statement); }
  }

  public toRole(role: iam.IRole, statements: iam.PolicyStatement[]): void {
    const policy = iam.Role.isRole(role) ? undefined : this.ownPolicy(role);
    if (policy) {
      policy.addStatements(...statements);
      this.inPlace.add(policy);
      return;
    }
    for (const statement of statements) {
      const { statementAdded, policyDependable } = role.grantPrincipal.addToPrincipalPolicy(statement);
      if (policyDependable) { this.inPlace.add(policyDependable); }
      if (!statementAdded || pretends(role, policyDependable)) { this.warnNotAdded('role', role.roleArn, statement); }
    }
  }

  /** For an imported role: the name of the CDK's policy is the same in all stacks that import the role in the same way. */
  private ownPolicy(role: iam.IRole): iam.Policy | undefined {
    const id = `RolePolicy${role.node.addr.slice(-8)}`;
    return this.scope.node.tryFindChild(id) as iam.Policy | undefined ?? attachedIfPossible(this.scope, id, role, new iam.PolicyDocument());
  }

  /**
   * Warns of what a grant of the CDK's left out: what it gives to a role that cannot be changed and what an imported resource should give.
   *
   * @param statement of the principal
   */
  public afterGrant(grant: iam.Grant, { grantPrincipal }: iam.IGrantable, statement: iam.PolicyStatement, resource: s3.IBucket | kms.IKey): void {
    const isAdded = isInPlace(grant, resource);
    const role = frozenRole(grantPrincipal);
    if (role && (!isAdded || differ(role.env.account, resource.env.account))) { this.warnNotAdded('role', role.roleArn, statement); }
    if (isAdded || grant.resourceStatement === undefined) { return; }
    const [kind, arn]: [Kind, string] = 'bucketArn' in resource ? ['bucket', resource.bucketArn] : ['key', resource.keyArn];
    this.warnNotAdded(kind, arn, grant.resourceStatement);
  }

  /** The same for a grant that only the policy of the principal gives. */
  public afterPrincipalGrant(grant: iam.Grant, { grantPrincipal }: iam.IGrantable, statement: iam.PolicyStatement): void {
    const role = frozenRole(grantPrincipal);
    if (role && Dependable.of(grant).dependencyRoots.length === 0) { this.warnNotAdded('role', role.roleArn, statement); }
  }

  /** The ID is that of the statement: whoever acknowledges it must still learn of a statement that a later version of the app needs. */
  private warnNotAdded(kind: Kind, arn: string, statement: iam.PolicyStatement): void {
    const { scope, advice } = this;
    const resource = pasteable(scope, arn).text;
    const toAdd = pasteable(scope, statement.toStatementJson());
    const hash = createHash('sha256').update(`${resource} ${toAdd.text}`).digest('hex').slice(0, 8);
    warnLate(
      scope, `${kind}PolicyNotAdded-${hash}`,
      `the policy of ${kind} ${resource} needs this statement, which the app cannot add. ${howToAdd(kind, toAdd, advice)}: ${toAdd.text}`,
    );
  }
}

/** AWS refuses policies of buckets and keys with a principal that does not exist, and nobody knows the generated names of what does not. */
function howToAdd(kind: Kind, { ofApp, attributes, environment }: Pasteable, { otherwise, steps }: Advice): string {
  const placeholders = [...environment, ...attributes];
  const replaced = placeholders.length === 0 ? '' : `, with the values of ${placeholders.join(' and ')}`;
  const waits = ofApp.length > 0 && (kind !== 'role' || attributes.length > 0);
  if (!waits) { return `Add it before you deploy${replaced}, or ${otherwise}`; }
  const { first, then } = steps(ofApp);
  const existing = kind === 'role' ? '' : '. Or use a role that exists already';
  return `It needs ${ofApp.join(' and ')}, which a first deployment creates: ${first}, add the statement${replaced}, then ${then}${existing}. `
    + `Without it, ${otherwise}`;
}

/** The CDK says what to wait for, which is nothing if nothing was added. Only the policy of a key is no dependable. */
function isInPlace(grant: iam.Grant, resource: s3.IBucket | kms.IKey): boolean {
  return 'keyArn' in resource && grant.resourceStatement !== undefined
    ? resource.node.defaultChild !== undefined : Dependable.of(grant).dependencyRoots.length > 0;
}

/** A role that is not of this app. Whether its policies can be changed shows only when it is tried. */
function frozenRole(principal: iam.IPrincipal): iam.IRole | undefined {
  return 'roleArn' in principal && !iam.Role.isRole(principal) ? principal as iam.IRole : undefined;
}

/** An immutable role claims that the statement was added, but its dependable contains no policy. */
function pretends(role: iam.IRole, policyDependable?: IDependable): boolean {
  return !iam.Role.isRole(role) && policyDependable !== undefined && Dependable.of(policyDependable).dependencyRoots.length === 0;
}
