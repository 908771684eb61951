import { Stack, aws_ec2 as ec2, aws_lambda as lambda } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { warnWithoutEgress } from './egress';
import { subnetProblem } from './subnets';
import { lateDependency } from '../dependencies';
import { warnLate, whenComplete } from '../late-warning';

/** Where the functions are. */
export type Network = Required<Pick<lambda.FunctionOptions, 'vpc' | 'securityGroups'>> & Pick<lambda.FunctionOptions, 'vpcSubnets'>;

type NetworkProps = Pick<lambda.FunctionOptions, 'vpc' | 'securityGroups' | 'vpcSubnets'>;

/** What the functions call, as in the names of endpoints: `com.amazonaws.<region>.<service>`. */
const SERVICES = ['personalize', 'cloudformation', 'lambda', 'states', 's3'];

export function networkProblem({ vpc, vpcSubnets, securityGroups }: NetworkProps): string | undefined {
  if (vpc === undefined) {
    const [prop] = Object.entries({ vpcSubnets, securityGroups }).flatMap(([name, value]) => (value === undefined ? [] : name));
    return prop && `${prop} cannot be used without vpc: pass the VPC, too`;
  }
  return securityGroups?.length === 0
    ? 'securityGroups must have at least one element, got none: leave it out to get a new security group' : subnetProblem(vpc, vpcSubnets);
}

/** @param policies what Lambda deletes the functions' network interfaces with */
export function networkOf(scope: Construct, { vpc, vpcSubnets, securityGroups }: NetworkProps, policies: IDependable): Network | undefined {
  if (vpc === undefined) { return undefined; }
  const network = { vpc, vpcSubnets, securityGroups: securityGroups ?? [newSecurityGroup(scope, vpc, policies)] };
  warnWithoutEgress(scope, network.securityGroups);
  if (isIsolated(network)) { whenComplete(scope, () => warnOfMissingEndpoints(scope, vpc)); }
  return network;
}

/** One for all functions: the CDK would make one for each. It can be deleted only after the network interfaces, so before the policies. */
function newSecurityGroup(scope: Construct, vpc: ec2.IVpc, policies: IDependable): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(scope, 'SecurityGroup', { vpc, description: 'Functions that export datasets of Personalize' });
  group.node.addDependency(policies);
  return group;
}

function isIsolated({ vpc, vpcSubnets }: Network): boolean {
  const isolated = vpc.isolatedSubnets.map(({ subnetId }) => subnetId);
  return vpc.selectSubnets(vpcSubnets).subnetIds.some(id => isolated.includes(id));
}

/** The endpoints that the functions use. Without them they can neither begin nor answer, also not when the stack is deleted. */
export function endpointsOf(scope: Construct, { vpc }: Network): IDependable {
  const isUsed = (endpoint: ec2.CfnVPCEndpoint) => Stack.of(endpoint) === Stack.of(scope) && SERVICES.some(service => isOf(endpoint, service));
  return lateDependency(() => endpointsIn(scope, vpc).filter(isUsed));
}

function warnOfMissingEndpoints(scope: Construct, vpc: ec2.IVpc): void {
  const endpoints = endpointsIn(scope, vpc);
  const missing = SERVICES.filter(service => !endpoints.some(endpoint => isOf(endpoint, service) && hasUsualName(endpoint)));
  if (missing.length === 0) { return; }
  warnLate(
    scope, 'isolatedSubnets',
    `the functions are in isolated subnets, and this app defines no VPC endpoints there for ${missing.join(', ')}: without another way to these services, `
    + 'deployments hang until they time out. Add the endpoints, with private DNS except for a gateway endpoint for S3, choose other vpcSubnets, or acknowledge this warning',
  );
}

function endpointsIn(scope: Construct, { vpcId }: ec2.IVpc): ec2.CfnVPCEndpoint[] {
  const endpoints = scope.node.root.node.findAll().filter(construct => ec2.CfnVPCEndpoint.isCfnVPCEndpoint(construct));
  return endpoints.filter(endpoint => endpoint.vpcId === vpcId);
}

/** The SDKs use the services' usual names, which lead to an interface endpoint only with private DNS. */
function hasUsualName({ vpcEndpointType, privateDnsEnabled }: ec2.CfnVPCEndpoint): boolean {
  return vpcEndpointType !== 'Interface' || privateDnsEnabled !== false;
}

/** The Region in the name may be a token. */
function isOf(endpoint: ec2.CfnVPCEndpoint, service: string): boolean {
  return JSON.stringify(Stack.of(endpoint).resolve(endpoint.serviceName)).includes(`.${service}"`);
}
