import { Stack, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, aws_sqs as sqs } from 'aws-cdk-lib';
import { queueStatements } from '../dead-letter-queue';

/** What all functions of a provider have in common, ours and those of the framework. */
export interface FunctionSettings {
  readonly architecture?: lambda.Architecture;
  readonly memorySize?: number;
  readonly tracing?: boolean;
  readonly deadLetterQueue?: sqs.IQueue;
}

/** Not with props: the framework has none of them, and with some of them the CDK would add the permissions to the role's own policy. */
export function applySettings(fn: lambda.Function, { architecture, memorySize, tracing, deadLetterQueue }: FunctionSettings): void {
  const resource = fn.node.defaultChild as lambda.CfnFunction;
  if (architecture !== undefined) { resource.architectures = [architecture.name]; }
  if (memorySize !== undefined) { resource.memorySize = memorySize; }
  if (tracing) { resource.tracingConfig = { mode: lambda.Tracing.ACTIVE }; }
  if (deadLetterQueue !== undefined) { resource.deadLetterConfig = { targetArn: deadLetterQueue.queueArn }; }
}

export function logStatement(logGroup: logs.ILogGroup): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] });
}

/**
 * What Lambda does with a function's role because of the settings. Lambda refuses a function whose role lacks any of it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function settingsStatements({ tracing, deadLetterQueue }: FunctionSettings): iam.PolicyStatement[] {
  return [
    // without resource types: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
    ...tracing ? [new iam.PolicyStatement({ actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] })] : [],
    ...deadLetterQueue === undefined ? [] : queueStatements(deadLetterQueue),
  ];
}

/**
 * Lambda checks these without a resource, so it refuses a role that may manage only `network-interface/*`.
 *
 * @see https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSLambdaVPCAccessExecutionRole.html
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/20698
 */
const MANAGE_NETWORK = [
  'ec2:AssignPrivateIpAddresses', 'ec2:DeleteNetworkInterface', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
];
const CREATE_NETWORK = ['ec2:CreateNetworkInterface'];

/**
 * Lambda itself manages the network interfaces of functions in a VPC with their role, and refuses a function whose role lacks any of it. The
 * functions' code may not: only its calls carry the functions' ARN.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
export function networkStatements(stack: Stack): iam.PolicyStatement[] {
  const arn = (resource: string, account?: string) => stack.formatArn({ service: 'ec2', resource, account, resourceName: '*' });
  return [
    new iam.PolicyStatement({ actions: MANAGE_NETWORK, resources: ['*'] }),
    // the subnets of a shared VPC have ARNs of the account that owns it
    new iam.PolicyStatement({ actions: CREATE_NETWORK, resources: [arn('network-interface'), arn('security-group', '*'), arn('subnet', '*')] }),
    new iam.PolicyStatement({
      effect: iam.Effect.DENY,
      actions: [...CREATE_NETWORK, ...MANAGE_NETWORK].sort(),
      resources: ['*'],
      conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
    }),
  ];
}
