import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { DependencyGroup, IDependable } from 'constructs';
import { stackJobNamePrefix } from './job-name';
import { PASS_ROLE } from './personalize-service';

/** What one job needs the provider's functions to be allowed. */
export interface JobPermissions {
  readonly datasetArn: string;
  readonly roleArn: string;
  /** The user's job name, if any; generated names are covered by a pattern of the stack. */
  readonly jobName?: string;
  readonly tagged: boolean;
}

/**
 * What the provider's functions may do: nothing but export the stack's datasets, as the stack's service roles, under the
 * stack's job names.
 */
export class ProviderPermissions {
  private readonly createOnDatasets: ResourceStatements;
  private readonly createOnJobs: ResourceStatements;
  private readonly tagJobs: ResourceStatements;
  private readonly passRoles: ResourceStatements;

  constructor(private readonly stack: Stack, role: iam.IRole) {
    this.createOnDatasets = new ResourceStatements(role, { actions: ['personalize:CreateDatasetExportJob'] });
    this.createOnJobs = new ResourceStatements(role, { actions: ['personalize:CreateDatasetExportJob', 'personalize:DescribeDatasetExportJob'] });
    this.tagJobs = new ResourceStatements(role, { actions: ['personalize:TagResource'] });
    this.passRoles = new ResourceStatements(role, PASS_ROLE);
    // an update asks whether the stack is rolling back before it starts an export
    new ResourceStatements(role, { actions: ['cloudformation:DescribeStacks'] }).add(stack.stackId);
  }

  /** @returns the policies that hold the job's permissions */
  public add(job: JobPermissions): IDependable {
    const jobArn = this.stack.formatArn({
      service: 'personalize',
      resource: 'dataset-export-job',
      resourceName: job.jobName ?? `${stackJobNamePrefix(this.stack)}*`,
    });
    const policies = new DependencyGroup(this.createOnDatasets.add(job.datasetArn), this.createOnJobs.add(jobArn), this.passRoles.add(job.roleArn));
    if (job.tagged) { policies.add(this.tagJobs.add(jobArn)); }
    return policies;
  }
}

/**
 * One permission on a list of resources that grows with the stack.
 *
 * The list is kept in several statements because IAM limits the size of a policy, and a role can move whole statements, not
 * parts of them, to further policies.
 */
class ResourceStatements {
  private static readonly MAX_RESOURCES = 20;

  private readonly policies = new Map<string, IDependable>();
  private current?: { statement: iam.PolicyStatement; policy: IDependable };

  constructor(private readonly role: iam.IRole, private readonly props: iam.PolicyStatementProps) {}

  public add(resource: string): IDependable {
    const known = this.policies.get(resource);
    if (known) { return known; }
    if (!this.current || this.policies.size % ResourceStatements.MAX_RESOURCES === 0) {
      const statement = new iam.PolicyStatement(this.props);
      this.current = { statement, policy: this.role.grantPrincipal.addToPrincipalPolicy(statement).policyDependable! };
    }
    this.current.statement.addResources(resource);
    this.policies.set(resource, this.current.policy);
    return this.current.policy;
  }
}
