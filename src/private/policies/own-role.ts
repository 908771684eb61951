import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PolicyAdditions } from './policy-additions';

/** A role of the user's: it gets policies, if its policies can be changed. Otherwise warnings contain the statements. */
export class OwnRole {
  private readonly additions: PolicyAdditions;
  private readonly printed = new Set<string>();

  constructor(private readonly scope: Construct, private readonly role: iam.IRole) {
    this.additions = new PolicyAdditions(scope, 'the functions lack permissions');
  }

  /** @returns undefined if the role's policies cannot be changed */
  public addPolicy(id: string, document: iam.PolicyDocument): iam.Policy | undefined {
    const policy = new AttachedOrNot(this.scope, id, { document });
    this.role.attachInlinePolicy(policy);
    if (policy.isAttachedToRole) { return policy; }
    this.scope.node.tryRemoveChild(id);
    return undefined;
  }

  /** Only for a role whose policies cannot be changed. Each statement is printed once. */
  public print(statements: iam.PolicyStatement[]): void {
    const json = (statement: iam.PolicyStatement) => JSON.stringify(Stack.of(this.scope).resolve(statement.toStatementJson()));
    const further = statements.filter(statement => !this.printed.has(json(statement)));
    for (const statement of further) { this.printed.add(json(statement)); }
    this.additions.toRole(this.role, further);
  }
}

/** A role that cannot be changed, or is of another account, ignores the policy without a word. */
class AttachedOrNot extends iam.Policy {
  public isAttachedToRole = false;

  public override attachToRole(role: iam.IRole): void {
    this.isAttachedToRole = true;
    super.attachToRole(role);
  }
}
