import { Stack, aws_ec2 as ec2 } from 'aws-cdk-lib';

/**
 * A VPC without a way to the internet, with the endpoints that the functions need.
 *
 * @param without an endpoint to leave out
 */
export function isolatedVpc(stack: Stack, without?: string): ec2.IVpc {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    natGateways: 0,
    subnetConfiguration: [{ name: 'isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    restrictDefaultSecurityGroup: false,
    gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
  });
  const { PERSONALIZE, CLOUDFORMATION, LAMBDA, STEP_FUNCTIONS } = ec2.InterfaceVpcEndpointAwsService;
  for (const [id, service] of Object.entries({ PERSONALIZE, CLOUDFORMATION, LAMBDA, STEP_FUNCTIONS })) {
    if (id !== without) { vpc.addInterfaceEndpoint(id, { service }); }
  }
  return vpc;
}
