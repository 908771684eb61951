import { Stack, aws_ec2 as ec2 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { warnLate, whenComplete } from '../late-warning';

/** What the CDK gives to a group without rules, because EC2 would otherwise let everything through. */
const NOTHING = '255.255.255.255/32';

/** Warns if the functions can send nothing. Nothing is known of the rules of an imported group. */
export function warnWithoutEgress(scope: Construct, groups: readonly ec2.ISecurityGroup[]): void {
  whenComplete(scope, () => { if (groups.every(group => sendsNothing(group))) { warn(scope, groups); } });
}

function warn(scope: Construct, groups: readonly ec2.ISecurityGroup[]): void {
  warnLate(
    scope, 'noEgress',
    `the functions' security groups (${groups.map(({ node }) => node.path).join(', ')}) have no egress rules: the functions reach no service, and deployments hang until `
    + 'they time out. Allow TCP port 443 to the VPC endpoints, and to S3\'s prefix list if its endpoint is a gateway, or to 0.0.0.0/0',
  );
}

function sendsNothing(group: ec2.ISecurityGroup): boolean {
  const resource = group.node.defaultChild;
  if (!(resource instanceof ec2.CfnSecurityGroup)) { return false; }
  const rules = Stack.of(resource).resolve(resource.securityGroupEgress) as ec2.CfnSecurityGroup.EgressProperty[] | undefined;
  const further = group.node.root.node.findAll().filter(node => node instanceof ec2.CfnSecurityGroupEgress && node.groupId === group.securityGroupId);
  // without any rule, EC2 lets everything through
  return rules !== undefined && rules.length > 0 && rules.every(({ cidrIp }) => cidrIp === NOTHING) && further.length === 0;
}
