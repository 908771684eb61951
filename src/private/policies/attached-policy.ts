import { createHash } from 'crypto';
import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A policy of a role's own. Attached by the role, so that it stays out of the template if the role is customized to exist already. */
export function attachedPolicy(scope: Construct, id: string, role: iam.IRole, content: iam.PolicyStatement[] | iam.PolicyDocument): iam.Policy {
  const document = Array.isArray(content) ? new iam.PolicyDocument({ statements: content }) : content;
  const policy = new iam.Policy(scope, id, { policyName: inlinePolicyName(scope, id), document });
  role.attachInlinePolicy(policy);
  return policy;
}

/**
 * The same for a role that may not let its policies be changed, or is of another account.
 *
 * @returns undefined if the role ignores the policy
 */
export function attachedIfPossible(scope: Construct, id: string, role: iam.IRole, document: iam.PolicyDocument): iam.Policy | undefined {
  const policy = new AttachedOrNot(scope, id, { policyName: inlinePolicyName(scope, id), document });
  role.attachInlinePolicy(policy);
  if (policy.isAttachedToRole) { return policy; }
  scope.node.tryRemoveChild(id);
  return undefined;
}

/** A role that cannot be changed, or is of another account, ignores the policy without a word. */
class AttachedOrNot extends iam.Policy {
  public isAttachedToRole = false;

  public override attachToRole(role: iam.IRole): void {
    this.isAttachedToRole = true;
    super.attachToRole(role);
  }
}

/**
 * A name that no other stack gives to a policy of the same role. The CDK's is the logical ID, which stacks of the same kind share, and IAM
 * replaces the policy that has the name.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
 */
function inlinePolicyName(scope: Construct, id: string): string {
  const identity = [outermost(Stack.of(scope)).stackName, scope.node.path, id];
  return `${id}-${createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12)}`;
}

/** Only its name is known at synthesis. */
function outermost(stack: Stack): Stack {
  return stack.nestedStackParent ? outermost(stack.nestedStackParent) : stack;
}
