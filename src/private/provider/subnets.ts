import { aws_ec2 as ec2 } from 'aws-cdk-lib';
import { quoted } from '../environments';

/** Functions in public subnets get no public IP address: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html */
export function subnetProblem(vpc: ec2.IVpc, selection?: ec2.SubnetSelection): string | undefined {
  if (selection?.subnets === undefined && [vpc.privateSubnets, vpc.isolatedSubnets, vpc.publicSubnets].every(subnets => subnets.length === 0)) {
    return `vpc must have subnets, got ${JSON.stringify(vpc.node.path)} without any: pass vpcSubnets with subnets, or import the VPC with its private or isolated subnets`;
  }
  const publicIds = vpc.publicSubnets.map(({ subnetId }) => subnetId);
  const isPublic = vpc.selectSubnets(selection).subnets.find(({ subnetId }) => publicIds.includes(subnetId));
  return isPublic && `vpcSubnets must have no public subnets, got ${quoted(isPublic.subnetId, isPublic)}: functions get no public IP address there, so they reach nothing. `
    + 'Choose private or isolated subnets';
}
