import type { StateMachine } from './execution';
import type { StateMachineConfiguration, StatesWorld } from './store';
import { ACCOUNT, ServiceError } from '../../core';
import { DEPLOYER } from '../iam/credentials';

const LOG_ACTIONS = [
  'CreateLogDelivery', 'GetLogDelivery', 'UpdateLogDelivery', 'DeleteLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'DescribeResourcePolicies',
  'DescribeLogGroups',
];

/**
 * What the logs, traces and the key of a state machine need when it is created or updated.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
export async function checkSettings(
  arn: string, configuration: StateMachineConfiguration, { iam, kms, logs: logStore, region }: StatesWorld,
): Promise<void> {
  const { roleArn, logs, tracing, kmsKeyArn } = configuration;
  if (logs) { checkDestinations(logs, logStore); }
  for (const action of logs ? LOG_ACTIONS : []) {
    if (!await iam.isAllowed({ principal: { roleArn }, action: `logs:${action}`, resource: '*' })) {
      throw accessDenied('The state machine IAM Role is not authorized to access the Log Destination');
    }
  }
  for (const action of tracing ? ['PutTraceSegments', 'PutTelemetryRecords', 'GetSamplingRules', 'GetSamplingTargets'] : []) {
    if (!await iam.isAllowed({ principal: { roleArn }, action: `xray:${action}`, resource: '*' })) {
      throw accessDenied('The state machine IAM Role is not authorized to perform AWS X-Ray actions');
    }
  }
  if (kmsKeyArn === undefined) { return; }
  const resourcePolicy = kms.usablePolicy(kmsKeyArn);
  const may = async (principal: object, action: string, context: Record<string, string>) => {
    if (!await iam.isAllowed({ principal, action, resource: kmsKeyArn, context, resourcePolicy })) { throw keyDenied(kmsKeyArn, action); }
  };
  const deployer = { userArn: DEPLOYER.userArn };
  await may(deployer, 'kms:DescribeKey', {});
  await may(deployer, 'kms:GenerateDataKey', { 'kms:EncryptionContext:aws:states:stateMachineArn': arn });
  if (!logs) { return; }
  await may({ service: 'delivery.logs.amazonaws.com' }, 'kms:Decrypt', {});
  await may({ roleArn }, 'kms:GenerateDataKey', { 'kms:EncryptionContext:SourceArn': `arn:aws:logs:${region}:${ACCOUNT}:*` });
}

/**
 * What each execution needs the role for.
 *
 * @param arns which of them the key is used for. AWS does not document it for the child executions of a Map Run: so all must be allowed
 */
export async function checkKeyOfExecution({ roleArn, kmsKeyArn }: StateMachine, arns: readonly string[], { iam, kms }: StatesWorld): Promise<void> {
  if (kmsKeyArn === undefined) { return; }
  const uses = ['kms:Decrypt', 'kms:GenerateDataKey'].flatMap(action => [...new Set(arns)].map(arn => (
    { action, context: { 'kms:EncryptionContext:aws:states:stateMachineArn': arn } })));
  for (const { action, context } of uses) {
    if (!await iam.isAllowed({ principal: { roleArn }, action, resource: kmsKeyArn, context, resourcePolicy: kms.usablePolicy(kmsKeyArn) })) {
      throw keyDenied(kmsKeyArn, action);
    }
  }
}

/**
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_LoggingConfiguration.html
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_CloudWatchLogsLogGroup.html
 */
function checkDestinations(arns: readonly string[], logStore: StatesWorld['logs']): void {
  const group = arns.length === 1 ? /^arn:aws:logs:[^:]+:\d{12}:log-group:([^:]+):\*$/.exec(arns[0])?.[1] : undefined;
  if (group === undefined || !logStore.hasLogGroup(group)) {
    throw new ServiceError('InvalidLoggingConfiguration', `Invalid Logging Configuration: one log group that exists is needed, with an ARN that ends with :*, not [${arns.join(', ')}]`);
  }
}

function keyDenied(keyArn: string, action: string): ServiceError {
  return new ServiceError('KmsAccessDeniedException', `Not authorized to perform ${action} on ${keyArn}`);
}

function accessDenied(message: string): ServiceError {
  return new ServiceError('AccessDeniedException', message);
}
