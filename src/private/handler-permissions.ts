import { createHash } from 'crypto';
import { Reference, Stack, Tokenization, ValidationError, aws_iam as iam, aws_logs as logs } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { stackJobNamePrefix } from './job-name';
import { CREATE_ON_DATASET, PASS_ROLE } from './personalize-service';
import { GrantLengths, LatePolicyDocument } from './policy-packing';
import { EMPTY_POLICY_LENGTH, LOG_GROUP_ARN_LENGTH, MAX_INLINE_LENGTH, policyLength } from './policy-size';
import { NewGrant, SharedPolicies } from './shared-policies';
import { literal } from './validation';

/** What one job needs the provider's functions to be allowed. */
export interface JobPermissions {
  readonly datasetArn: string;
  readonly roleArn: string;
  /** The user's job name, if any; generated names are covered by a pattern of the stack. */
  readonly jobName?: string;
  readonly tagged: boolean;
}

/**
 * Of the inline policies' length, what policies of single resources may take at most; of that, policies of datasets. It is for nothing else
 * as long as managed policies have room: while a stack is updated, the policies of before are still there. And it is roles that often wait
 * for another job, with the destination that they are part of.
 */
const OWN_LENGTH = 7_440;
const OWN_LENGTH_OF_DATASETS = 2_000;

const CREATE_AND_DESCRIBE: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'] };
const CREATE_DESCRIBE_AND_TAG: iam.PolicyStatementProps = { actions: [...CREATE_AND_DESCRIBE.actions!, 'personalize:TagResource'] };

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
  private readonly lengths: GrantLengths;
  private readonly shared: SharedPolicies;
  private readonly own = new Map<string, iam.Policy>();
  private ownLength = 0;
  private ownLengthOfDatasets = 0;
  private jobs = 0;

  constructor(private readonly scope: Construct, logGroup: logs.ILogGroup) {
    this.stack = Stack.of(scope);
    this.lengths = new GrantLengths(this.stack);
    const ofRole = () => [
      new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] }),
      // an update asks whether the stack is rolling back before it starts an export, and a rollback which job was there before
      new iam.PolicyStatement({ actions: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'], resources: [this.stack.stackId] }),
    ];
    this.role = new iam.Role(scope, 'HandlerRole', {
      assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Exports: new LatePolicyDocument(() => [...ofRole(), ...this.shared.statementsOfRole()]) },
    });
    const ofRoleLength = policyLength(this.stack, ofRole().map(statement => statement.toStatementJson()), LOG_GROUP_ARN_LENGTH);
    this.shared = new SharedPolicies(this.stack, this.lengths, {
      newPolicy: (index, document) => new iam.ManagedPolicy(scope, `HandlerPolicies${index}`, { roles: [this.role], document }),
      roomInRole: MAX_INLINE_LENGTH - ofRoleLength - OWN_LENGTH,
      mostRoomInRole: () => MAX_INLINE_LENGTH - ofRoleLength - this.ownLength,
      tooLong: () => {
        throw new ValidationError(literal`TooManyJobs`, `provider must be shared by fewer jobs, got ${JSON.stringify(scope.node.path)} for ${this.jobs}, `
          + 'and IAM does not let its role hold the permissions of so many: define another DatasetExportProvider in the stack, and pass it to some of the jobs', scope);
      },
    });
  }

  /** @returns the policies that hold the job's permissions */
  public add(job: JobPermissions): IDependable {
    this.jobs++;
    const jobArn = this.stack.formatArn({
      service: 'personalize',
      resource: 'dataset-export-job',
      resourceName: job.jobName ?? `${stackJobNamePrefix(this.stack)}*`,
    });
    const policies = [
      this.allow('dataset', CREATE_ON_DATASET, job.datasetArn),
      this.allow('job', job.tagged ? CREATE_DESCRIBE_AND_TAG : CREATE_AND_DESCRIBE, jobArn),
      this.allow('role', PASS_ROLE, job.roleArn),
    ];
    this.shared.makePolicies();
    return new DependencyGroup(...policies);
  }

  private allow(kind: NewGrant['kind'], statement: iam.PolicyStatementProps, resource: string): IDependable {
    const grant = { kind, statement, resource };
    return this.isOfStack(resource) ? this.ownPolicy(grant) ?? this.shared.addBound(grant) : this.shared.addLiteral(grant);
  }

  /** Whether the text is not known before another resource of the stack is there. */
  private isOfStack(resource: string): boolean {
    return /"Fn::GetAtt"|"Ref":"(?!AWS::)|\$\{(?!AWS::|!)/.test(JSON.stringify(this.stack.resolve(resource)));
  }

  /** @returns undefined: there is no room for it */
  private ownPolicy(grant: NewGrant): IDependable | undefined {
    const { kind, statement, resource } = grant;
    const key = JSON.stringify([statement.actions, resource]);
    const length = EMPTY_POLICY_LENGTH + this.lengths.ofStatement(statement) + this.lengths.ofResource(grant);
    const isRoom = this.ownLength + length <= OWN_LENGTH && (kind !== 'dataset' || this.ownLengthOfDatasets + length <= OWN_LENGTH_OF_DATASETS);
    if (!this.own.has(key) && isRoom) {
      this.ownLength += length;
      if (kind === 'dataset') { this.ownLengthOfDatasets += length; }
      this.own.set(key, new iam.Policy(this.scope, `HandlerPolicy${this.hashOf(grant)}`, {
        roles: [this.role], statements: [new iam.PolicyStatement({ ...statement, resources: [resource] })],
      }));
    }
    return this.own.get(key);
  }

  /** The same for the same resource. One of another stack may have the same logical id as one of this stack. */
  private hashOf({ statement, resource }: NewGrant): string {
    const otherStacks = Tokenization.reverseString(resource).tokens
      .filter(token => Reference.isReference(token) && Stack.of(token.target) !== this.stack).map(token => (token as Reference).target.node.addr);
    const text = JSON.stringify(this.stack.resolve([statement.actions, resource, ...otherStacks]));
    return createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  }
}
