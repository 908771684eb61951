import { aws_iam as iam } from 'aws-cdk-lib';
import { Construct, DependencyGroup } from 'constructs';
import { OwnRole } from './own-role';

/**
 * What Lambda manages network interfaces with. It deletes them with the function's role, some time after the function has left the VPC. An
 * update changes a role's other policies before that, but deletes this one only in its cleanup, after whatever depends on it.
 *
 * @see https://github.com/aws/aws-cdk/issues/34400
 */
export class NetworkPolicies {
  /** The policies. */
  public readonly inPlace = new DependencyGroup();

  /** @param statements none without a VPC */
  constructor(private readonly scope: Construct, public readonly statements: iam.PolicyStatement[]) {}

  /** @param id the beginning of the policy's id */
  public addTo(role: iam.IRole, id: string): void {
    const { scope, statements } = this;
    if (statements.length === 0) { return; }
    const policy = new OwnRole(scope, role, statements).allow(`${id}NetworkPolicy`, statements);
    if (policy) { this.inPlace.add(policy); }
  }
}
