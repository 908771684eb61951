import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { attachedIfPossible } from './attached-policy';
import { Advice, PolicyAdditions } from './policy-additions';

/** A role of the user's: it gets policies, if its policies can be changed. Otherwise warnings contain the statements. */
export class OwnRole {
  private readonly printed = new Set<string>();
  private readonly beforeFunctions: string[];

  /** @param beforeFunctions the statements without which Lambda refuses the functions */
  constructor(private readonly scope: Construct, private readonly role: iam.IRole, beforeFunctions: iam.PolicyStatement[]) {
    this.beforeFunctions = beforeFunctions.map(statement => this.json(statement));
  }

  /**
   * Gives the role a policy or, if its policies cannot be changed, prints the statements.
   *
   * @param document with the statements, and those to come
   * @returns undefined if the role's policies cannot be changed
   */
  public allow(id: string, statements: iam.PolicyStatement[], document = new iam.PolicyDocument({ statements })): iam.Policy | undefined {
    const policy = this.addPolicy(id, document);
    if (policy === undefined) { this.print(statements); }
    return policy;
  }

  /**
   * Only for a role whose policies cannot be changed. Each statement is printed once.
   *
   * @param job that needs them, if they are not for all
   */
  public print(statements: iam.PolicyStatement[], job?: Construct): void {
    for (const statement of statements) {
      const json = this.json(statement);
      if (this.printed.has(json)) { continue; }
      this.printed.add(json);
      new PolicyAdditions(this.scope, {
        otherwise: statement.effect === iam.Effect.DENY ? 'the functions\' own code may do this, too' : 'the functions lack permissions',
        ...this.stepsFor(json, job),
      }).toRole(this.role, [statement]);
    }
  }

  private addPolicy(id: string, document: iam.PolicyDocument): iam.Policy | undefined {
    return isCustomized(this.role) ? undefined : attachedIfPossible(this.scope, id, this.role, document);
  }

  private stepsFor(json: string, job?: Construct): Partial<Advice> {
    const { path } = this.scope.node;
    const withoutJobs = { first: `deploy ${path} without jobs`, then: 'deploy the jobs' };
    if (this.beforeFunctions.includes(json)) {
      // what the provider makes itself is there only with the functions, and Lambda does not check it
      return {
        steps: ofApp => ofApp.some(resource => resource.startsWith(`${path}/`)) ? withoutJobs
          : { first: `deploy ${ofApp.join(' and ')} without ${path}`, then: `deploy ${path}` },
      };
    }
    return job === undefined ? {} : { steps: ofApp => ({ first: `${destinationFirst(job, ofApp)}${path} without jobs`, then: 'deploy the jobs' }) };
  }

  private json(statement: iam.PolicyStatement): string {
    return JSON.stringify(Stack.of(this.scope).resolve(statement.toStatementJson()));
  }
}

/** The destination that a job makes cannot be deployed without the job. */
function destinationFirst({ node: { path } }: Construct, ofApp: readonly string[]): string {
  return ofApp.some(resource => resource.startsWith(`${path}/`)) ? `define an ExportDestination, pass it to ${path}, deploy it and ` : 'deploy ';
}

/** Whether the CDK was told that the role exists already: then it reports the role's statements, when they are added. */
export function isCustomized(role: iam.IRole): boolean {
  return iam.Role.isRole(role) && role.node.defaultChild === undefined;
}
