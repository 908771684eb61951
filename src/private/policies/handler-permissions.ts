import { createHash } from 'crypto';
import { Reference, Stack, Tokenization, ValidationError, aws_iam as iam } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { attachedPolicy } from './attached-policy';
import { FunctionRoleProps } from './function-role-props';
import { CREATE_ON_DATASET, GrantLengths, PASS_ROLE } from './grants';
import { ListedFolders, ListingPermissions, folderPattern, listProps } from './listing-permissions';
import { OwnRole, isCustomized } from './own-role';
import { EMPTY_POLICY_LENGTH, MAX_INLINE_LENGTH } from './packing';
import { LatePolicyDocument, NewGrant, SharedPolicies } from './shared-policies';
import { stackJobNamePrefix } from '../job-name';
import { LONGEST_LOG_GROUP_ARN, jsonLength } from '../lengths';
import { logStatement } from '../provider/function-settings';
import { literal } from '../validation';

/** The permissions that the provider's functions need for one job. */
export interface JobPermissions {
  readonly datasetArn: string;
  readonly roleArn: string;
  /** The user's job name, if any. A pattern covers all generated names of the stack. */
  readonly jobName?: string;
  readonly tagged: boolean;
  /** Where the job writes, if the functions wait for it: they look at what it has written. */
  readonly listed?: Omit<ListedFolders, 'jobNames'>;
}

/**
 * The part of the inline policies' length that is reserved for policies for single resources, and how much of it policies for datasets may
 * use. Shared policies leave it free as long as managed policies have room, because the previous policies still exist during an update.
 * Datasets get less, because roles are more likely to depend on another job, together with their destination.
 */
const OWN_LENGTH = 7_440;
const OWN_LENGTH_OF_DATASETS = 2_000;
/** Half of it may be used with statements for listings: an update can replace all buckets and roles, and each job still finds what it needs. */
const OWN_LENGTH_WITH_LISTINGS = OWN_LENGTH / 2;

const CREATE_AND_DESCRIBE: iam.PolicyStatementProps = { actions: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'] };
const CREATE_DESCRIBE_AND_TAG: iam.PolicyStatementProps = { actions: [...CREATE_AND_DESCRIBE.actions!, 'personalize:TagResource'] };

/**
 * What the provider's functions may do: export the stack's datasets, with the stack's service roles and job names, and nothing else.
 *
 * A job must not depend on another job's permissions, or users could not put the two in order: a policy that names a resource of the stack
 * depends on that resource, which may depend on another job. So each such permission gets a policy of its own, as long as the role has
 * room for it; only the others share policies.
 */
export class HandlerPermissions {
  public readonly role: iam.IRole;
  /** What the functions must depend on. */
  public readonly beforeFunctions = new DependencyGroup();

  private readonly stack: Stack;
  private readonly lengths: GrantLengths;
  private readonly shared: SharedPolicies;
  private readonly listings: ListingPermissions;
  private readonly own = new Map<string, iam.Policy>();
  private ownLength = 0;
  private ownLengthOfDatasets = 0;
  private jobs = 0;
  /** The role, if its policies cannot be changed. */
  private readonly frozen?: OwnRole;

  constructor(private readonly scope: Construct, props: FunctionRoleProps) {
    this.stack = Stack.of(scope);
    this.lengths = new GrantLengths(this.stack);
    const ofRole = () => [
      logStatement(props.logGroup),
      // before an export, an update asks whether the stack is rolling back; a rollback asks for the previous job
      new iam.PolicyStatement({ actions: ['cloudformation:DescribeStackEvents', 'cloudformation:DescribeStacks'], resources: [this.stack.stackId] }),
      ...props.statements(),
    ];
    this.listings = new ListingPermissions(this.stack, () => OWN_LENGTH_WITH_LISTINGS - this.ownLength);
    const ofJobs = new LatePolicyDocument(() => [...ofRole(), ...this.listings.settle().ofRole, ...this.shared.statementsOfRole()]);
    if (props.role) {
      this.role = props.role;
      const own = new OwnRole(scope, this.role, props.statements());
      const policy = own.allow('HandlerRolePolicy', ofRole(), ofJobs);
      if (policy) { this.beforeFunctions.add(policy); } else { this.frozen = own; }
    } else {
      const role = new iam.Role(scope, 'HandlerRole', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), inlinePolicies: { Exports: ofJobs } });
      this.role = role;
      if (isCustomized(role)) {
        this.frozen = new OwnRole(scope, role, props.statements());
        this.frozen.print(ofRole());
      }
    }
    props.network.addTo(this.role, 'Handler');
    const { statements: ofNetwork } = props.network;
    const ofRoleLength = this.lengthOf(ofRole()) + (ofNetwork.length > 0 ? EMPTY_POLICY_LENGTH + this.lengthOf(ofNetwork) : 0);
    this.shared = new SharedPolicies(this.stack, this.lengths, {
      newPolicy: (index, document) => new iam.ManagedPolicy(scope, `HandlerPolicies${index}`, { roles: [this.role], document }),
      roomInRole: () => MAX_INLINE_LENGTH - ofRoleLength - OWN_LENGTH - this.listings.settle().lengthInRole,
      mostRoomInRole: () => {
        const { lengthInHolders, lengthInRole } = this.listings.settle();
        return MAX_INLINE_LENGTH - ofRoleLength - this.ownLength - lengthInHolders - lengthInRole;
      },
      tooLong: () => {
        throw new ValidationError(literal`TooManyJobs`, `provider must have fewer jobs, got ${this.jobs} for ${JSON.stringify(scope.node.path)}: `
          + 'their permissions exceed the IAM quotas of its role. Define another DatasetExportProvider in the stack and pass it to some of the jobs', scope);
      },
    });
  }

  /** @returns the policies with the job's permissions */
  public add(job: JobPermissions, scope: Construct): IDependable {
    this.jobs++;
    const jobNames = job.jobName ?? `${stackJobNamePrefix(this.stack)}*`;
    const jobArn = this.stack.formatArn({ service: 'personalize', resource: 'dataset-export-job', resourceName: jobNames });
    const grants: NewGrant[] = [
      { kind: 'dataset', statement: CREATE_ON_DATASET, resource: job.datasetArn },
      { kind: 'job', statement: job.tagged ? CREATE_DESCRIBE_AND_TAG : CREATE_AND_DESCRIBE, resource: jobArn },
      { kind: 'role', statement: PASS_ROLE, resource: job.roleArn },
    ];
    const folders = job.listed && { ...job.listed, jobNames };
    if (this.frozen) {
      this.frozen.print([
        ...grants.map(({ statement, resource }) => new iam.PolicyStatement({ ...statement, resources: [resource] })),
        ...folders ? [new iam.PolicyStatement({
          ...listProps([folderPattern(folders.prefix, folders.jobNames)]), resources: [folders.bucketArn],
        })] : [],
      ], scope);
      return new DependencyGroup();
    }
    const policies = [...grants.map(grant => this.allow(grant)), ...folders ? this.allowListing(this.withoutResources(folders), job.roleArn) : []];
    this.shared.makePolicies();
    return new DependencyGroup(...policies);
  }

  private lengthOf(statements: iam.PolicyStatement[]): number {
    return jsonLength(this.stack, statements.map(statement => statement.toStatementJson()), LONGEST_LOG_GROUP_ARN);
  }

  private allow(grant: NewGrant): IDependable {
    return this.isOfStack(grant.resource) ? this.ownPolicy(grant) ?? this.shared.addBound(grant) : this.shared.addLiteral(grant);
  }

  /** @returns the policies that the job must wait for, besides those that it waits for anyway */
  private allowListing(folders: ListedFolders, roleArn: string): IDependable[] {
    const { bucketArn, prefix, jobNames } = folders;
    if (!this.isOfStack(bucketArn)) {
      this.listings.add(folders, false);
      return [];
    }
    const holder = keyOf({ kind: 'role', statement: PASS_ROLE, resource: roleArn });
    if (this.own.has(holder)) {
      this.listings.add(folders, true, holder);
      return [];
    }
    const own = this.ownPolicy({ kind: 'bucket', statement: listProps([folderPattern(prefix, jobNames)]), resource: bucketArn });
    if (own === undefined) { this.listings.add(folders, true); }
    return own ? [own] : [];
  }

  /** What a prefix or a name comes from may depend on another job, which may wait for the same policy. */
  private withoutResources({ bucketArn, prefix, jobNames }: ListedFolders): ListedFolders {
    const known = (text: string) => this.isOfStack(text) ? '*' : text;
    return { bucketArn, prefix: known(prefix), jobNames: known(jobNames) };
  }

  /** Whether the value depends on another resource of the stack. */
  private isOfStack(resource: string): boolean {
    return /"Fn::GetAtt"|"Ref":"(?!AWS::)|\$\{(?!AWS::|!)/.test(JSON.stringify(this.stack.resolve(resource)));
  }

  /** @returns undefined if there is no room for it */
  private ownPolicy(grant: NewGrant): IDependable | undefined {
    const { kind, statement, resource } = grant;
    const key = keyOf(grant);
    const length = EMPTY_POLICY_LENGTH + this.lengths.ofStatement(statement) + this.lengths.ofResource(grant);
    const isRoom = this.ownLength + length <= (kind === 'bucket' ? OWN_LENGTH_WITH_LISTINGS : OWN_LENGTH)
      && (kind !== 'dataset' || this.ownLengthOfDatasets + length <= OWN_LENGTH_OF_DATASETS);
    if (!this.own.has(key) && isRoom) {
      this.ownLength += length;
      if (kind === 'dataset') { this.ownLengthOfDatasets += length; }
      const granted = new iam.PolicyStatement({ ...statement, resources: [resource] });
      const document = new LatePolicyDocument(() => [granted, ...this.listings.settle().ofHolders.get(key) ?? []]);
      this.own.set(key, attachedPolicy(this.scope, `HandlerPolicy${this.hashOf(grant)}`, this.role, document));
    }
    return this.own.get(key);
  }

  /** Includes other stacks' resources by their address: their logical ids may be the same as in this stack. */
  private hashOf(grant: NewGrant): string {
    const { resource } = grant;
    const otherStacks = Tokenization.reverseString(resource).tokens
      .filter(token => Reference.isReference(token) && Stack.of(token.target) !== this.stack).map(token => (token as Reference).target.node.addr);
    const text = JSON.stringify(this.stack.resolve([...identityOf(grant), ...otherStacks]));
    return createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
  }
}

/** What tells a grant from others. The statements of most kinds differ in their actions only. */
function identityOf({ kind, statement, resource }: NewGrant): unknown[] {
  return [statement.actions, resource, ...kind === 'bucket' ? [statement.conditions] : []];
}

function keyOf(grant: NewGrant): string {
  return JSON.stringify(identityOf(grant));
}
