import { createHash } from 'crypto';
import { Stack, aws_iam as iam, aws_logs as logs } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { stackJobNamePrefix } from './job-name';
import { PASS_ROLE } from './personalize-service';
import { MAX_INLINE_LENGTH, MAX_MANAGED_LENGTH, ROLE_ARN_LENGTH, policyLength } from './policy-size';

/** What one job needs the provider's functions to be allowed. */
export interface JobPermissions {
  readonly datasetArn: string;
  readonly roleArn: string;
  /** The user's job name, if any; generated names are covered by a pattern of the stack. */
  readonly jobName?: string;
  readonly tagged: boolean;
}

/** Of the inline policies' length, what the role itself holds; the rest is for policies of single resources. */
const ROLE_LENGTH = 2_600;
/** A log group's ARN can be longer than other unknown ones: its name begins with that of the stack. */
const SPARE_LENGTH = 200;
const OWN_LENGTH = MAX_INLINE_LENGTH - ROLE_LENGTH - SPARE_LENGTH;
const EMPTY_POLICY_LENGTH = JSON.stringify({ Version: '2012-10-17', Statement: [] }).length;

const CREATE_ON_DATASET: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob'] };
const CREATE_AND_DESCRIBE: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'] };
const TAG: iam.PolicyStatementProps = { actions: ['personalize:TagResource'] };

/**
 * What the provider's functions may do: nothing but export the stack's datasets, as the stack's service roles, under the stack's job
 * names.
 *
 * A job waits for its own permissions and for no other job's, or two jobs could not be put in order: a policy that names a resource of
 * the stack waits for that resource, which may in turn wait for another job. So such a permission is a policy of its own, and only
 * those that name no resource share policies. Where there are more of them than the role has room for, they do share policies.
 */
export class HandlerPermissions {
  public readonly role: iam.Role;

  private readonly stack: Stack;
  private readonly policies = new Map<string, IDependable | undefined>();
  private readonly ofRole = new iam.PolicyDocument();
  /** Of permissions that name no resource of the stack, and of those that do: a job that needs only the former waits for no resource. */
  private readonly shared: { literal: SharedPolicy; bound?: SharedPolicy };
  private managedPolicies = 0;
  private ownLength = 0;

  constructor(private readonly scope: Construct, logGroup: logs.ILogGroup) {
    this.stack = Stack.of(scope);
    this.role = new iam.Role(scope, 'HandlerRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Exports: this.ofRole },
    });
    const literal = new SharedPolicy(this.stack, this.ofRole, ROLE_LENGTH);
    this.shared = { literal };
    literal.add({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] }, logGroup.logGroupArn);
    // an update asks whether the stack is rolling back before it starts an export, and a rollback which job was there before
    literal.add({ actions: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'] }, this.stack.stackId);
  }

  /** @returns the policies that hold the job's permissions */
  public add(job: JobPermissions): IDependable {
    const jobArn = this.stack.formatArn({
      service: 'personalize',
      resource: 'dataset-export-job',
      resourceName: job.jobName ?? `${stackJobNamePrefix(this.stack)}*`,
    });
    const policies = [
      this.allow(CREATE_ON_DATASET, job.datasetArn),
      this.allow(CREATE_AND_DESCRIBE, jobArn),
      this.allow(PASS_ROLE, job.roleArn),
      ...job.tagged ? [this.allow(TAG, jobArn)] : [],
    ];
    return new DependencyGroup(...policies.filter(policy => policy !== undefined));
  }

  /** @returns the policy that holds it; undefined: the role itself does */
  private allow(permission: iam.PolicyStatementProps, resource: string): IDependable | undefined {
    const key = JSON.stringify([permission.actions, resource]);
    if (!this.policies.has(key)) {
      this.policies.set(key, this.isOfStack(resource) ? this.own(permission, resource) : this.share('literal', permission, resource));
    }
    return this.policies.get(key);
  }

  /** Whether the text is not known before another resource of the stack is there. */
  private isOfStack(resource: string): boolean {
    return /"Fn::GetAtt"|"Ref":"(?!AWS::)|\$\{(?!AWS::|!)/.test(JSON.stringify(this.stack.resolve(resource)));
  }

  private own(permission: iam.PolicyStatementProps, resource: string): IDependable | undefined {
    const statement = new iam.PolicyStatement({ ...permission, resources: [resource] });
    const unknownLength = permission === PASS_ROLE ? ROLE_ARN_LENGTH : undefined;
    const length = EMPTY_POLICY_LENGTH + policyLength(this.stack, statement.toStatementJson(), unknownLength);
    if (this.ownLength + length > OWN_LENGTH) { return this.share('bound', permission, resource); }
    this.ownLength += length;
    const hash = createHash('sha256').update(JSON.stringify(this.stack.resolve([permission.actions, resource]))).digest('hex').slice(0, 8).toUpperCase();
    return new iam.Policy(this.scope, `HandlerPolicy${hash}`, { roles: [this.role], statements: [statement] });
  }

  private share(kind: 'literal' | 'bound', permission: iam.PolicyStatementProps, resource: string): IDependable | undefined {
    const current = this.shared[kind];
    const policy = current?.hasRoom(permission, resource) ? current : this.managed();
    policy.add(permission, resource);
    this.shared[kind] = policy;
    return policy.policy;
  }

  private managed(): SharedPolicy {
    const document = new iam.PolicyDocument();
    const policy = new iam.ManagedPolicy(this.scope, `HandlerManagedPolicy${++this.managedPolicies}`, { roles: [this.role], document });
    return new SharedPolicy(this.stack, document, MAX_MANAGED_LENGTH, policy);
  }
}

/** A policy that grows until it is full: a statement for each permission. */
class SharedPolicy {
  private readonly statements = new Map<string, iam.PolicyStatement>();
  private length = EMPTY_POLICY_LENGTH;

  /** @param policy undefined for the role itself */
  constructor(
    private readonly stack: Stack, private readonly document: iam.PolicyDocument, private readonly maxLength: number,
    public readonly policy?: IDependable,
  ) {}

  public hasRoom(permission: iam.PolicyStatementProps, resource: string): boolean {
    return this.length + this.lengthOf(permission, resource) <= this.maxLength;
  }

  public add(permission: iam.PolicyStatementProps, resource: string): void {
    this.length += this.lengthOf(permission, resource);
    const key = JSON.stringify(permission);
    let statement = this.statements.get(key);
    if (statement === undefined) {
      statement = new iam.PolicyStatement(permission);
      this.statements.set(key, statement);
      this.document.addStatements(statement);
    }
    statement.addResources(resource);
  }

  private lengthOf(permission: iam.PolicyStatementProps, resource: string): number {
    const list = '[],'.length;
    return this.statements.has(JSON.stringify(permission)) ? policyLength(this.stack, resource) + 1
      : policyLength(this.stack, new iam.PolicyStatement({ ...permission, resources: [resource] }).toStatementJson()) + list;
  }
}
