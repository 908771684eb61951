import { aws_iam as iam } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** A policy of a role's own. Attached by the role, so that it stays out of the template if the role is customized to exist already. */
export function attachedPolicy(scope: Construct, id: string, role: iam.IRole, content: iam.PolicyStatement[] | iam.PolicyDocument): iam.Policy {
  const policy = new iam.Policy(scope, id, Array.isArray(content) ? { statements: content } : { document: content });
  role.attachInlinePolicy(policy);
  return policy;
}
