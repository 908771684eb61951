import { randomUUID } from 'crypto';
import type { FunctionConfiguration } from './function';
import { ACCOUNT, ServiceError } from '../../core';
import type { World } from '../../world';
import type { VpcConfig } from '../ec2/store';
import { DEPLOYER } from '../iam/credentials';

type Need = readonly [action: string, service: string, resources: readonly string[]];

/**
 * What Lambda does with the function's role: Lambda refuses a function whose role may not.
 *
 * Its environment's key needs no permission of the role: Lambda creates a grant on it, with the permissions of who deploys.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
 */
export async function checkNeeds(
  functionArn: string, configuration: FunctionConfiguration, { iam, kms, ec2, region }: Pick<World, 'iam' | 'kms' | 'ec2' | 'region'>,
): Promise<void> {
  const { roleArn, vpc, tracing, deadLetterQueueArn, kmsKeyArn } = configuration;
  if (vpc) { ec2.check(vpc); }
  const needs: Need[] = [
    ...vpc ? ofNetwork(vpc, region) : [],
    ...tracing ? (['xray:PutTraceSegments', 'xray:PutTelemetryRecords'] as const).map((action): Need => [action, 'XRAY', ['*']]) : [],
    ...deadLetterQueueArn === undefined ? [] : [['sqs:SendMessage', 'SQS', [deadLetterQueueArn]] as const],
  ];
  for (const [action, service, resources] of needs) {
    for (const resource of resources) {
      if (!await iam.isAllowed({ principal: { roleArn }, action, resource })) {
        throw invalid(`The provided execution role does not have permissions to call ${action.replace(/^.*:/, '')} on ${service}`);
      }
    }
  }
  for (const action of kmsKeyArn === undefined ? [] : ['kms:CreateGrant', 'kms:Encrypt']) {
    const context = { 'kms:EncryptionContext:aws:lambda:FunctionArn': functionArn, 'kms:ViaService': `lambda.${region}.amazonaws.com` };
    const resourcePolicy = kms.usablePolicy(kmsKeyArn!);
    if (!await iam.isAllowed({ principal: { userArn: DEPLOYER.userArn }, action, resource: kmsKeyArn!, context, resourcePolicy })) {
      throw invalid(`Lambda was unable to configure access to your environment variables because the KMS key is invalid for ${action.replace(/^.*:/, '')}`);
    }
  }
}

/**
 * Lambda asks only for what creates a network interface with the ARNs that it is about. It asks for all the rest before there is a network
 * interface, so without any: what is allowed on `network-interface/*` only does not count.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/20698
 */
function ofNetwork({ subnetIds, securityGroupIds }: VpcConfig, region: string): Need[] {
  const arn = (resource: string) => `arn:aws:ec2:${region}:${ACCOUNT}:${resource}`;
  const networkInterface = arn(`network-interface/eni-0${randomUUID().replace(/-/g, '').slice(0, 16)}`);
  return [
    ['ec2:CreateNetworkInterface', 'EC2', [networkInterface, ...subnetIds.map(id => arn(`subnet/${id}`)), ...securityGroupIds.map(id => arn(`security-group/${id}`))]],
    ...['DescribeNetworkInterfaces', 'DescribeSubnets', 'DeleteNetworkInterface', 'AssignPrivateIpAddresses', 'UnassignPrivateIpAddresses']
      .map((action): Need => [`ec2:${action}`, 'EC2', ['*']]),
  ];
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}
