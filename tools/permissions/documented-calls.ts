import type { Call } from './calls';
import type { ResolvedStack } from './resolved-stack';

const KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];

/**
 * Calls that AWS documents and local AWS does not make.
 *
 * - Lambda logs the start and the end of each invocation as the function's role, also for the Provider framework's functions, which log only failures.
 * - Personalize needs the same actions on each key: also on the bucket's own key when objects are encrypted with another one, and on the dataset group's.
 * - The key's policy must name the role for each of them.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
 */
export function documentedCalls(stack: ResolvedStack): Call[] {
  const logs = stack.frameworkRoles.flatMap(role => ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action): Call => ({
    who: `role {${role}}`,
    action,
    resource: `${stack.logGroupArn}:log-stream:stream`,
  })));
  const allKeys = stack.ids('AWS::KMS::Key').filter(id => /^(GroupKey|BucketKey|ObjectKey|OwnKey|Exports?(Destination)?Key)/.test(id));
  const keys = stack.ids('AWS::KMS::Key').filter(id => /^(GroupKey|BucketKey)/.test(id));
  const role = () => `role {${stack.id('AWS::IAM::Role', /^Exports?(Destination)?Role/)}}`;
  const named = allKeys.flatMap(id => KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource: stack.arn(id), by: 'the resource policy alone' })));
  return [...logs, ...stack.isRegulated ? ofSettings(stack) : [], ...named, ...keys.map(id => stack.arn(id)).flatMap((resource): Call[] => [
    ...KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource, by: 'the role policy alone' })),
    ...KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource })),
    { who: role(), action: 'kms:CreateGrant', resource, by: 'the resource policy alone' },
    ...[...KEY_ACTIONS, 'kms:CreateGrant'].map((action): Call => ({ who: 'service personalize.amazonaws.com', action, resource })),
  ])];
}

const LOG_DELIVERY = [
  'CreateLogDelivery', 'CreateLogStream', 'DeleteLogDelivery', 'DescribeLogGroups', 'DescribeResourcePolicies', 'GetLogDelivery', 'ListLogDeliveries',
  'PutLogEvents', 'PutResourcePolicy', 'UpdateLogDelivery',
];

/**
 * - Lambda sends to an encrypted queue with the function's role.
 * - Step Functions sets up the delivery of logs with the state machine's role.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 */
function ofSettings(stack: ResolvedStack): Call[] {
  const queueKey = stack.arn(stack.id('AWS::KMS::Key', /^QueueKey/));
  const machineRole = stack.id('AWS::IAM::Role', /waiterstatemachineRole/);
  return [
    ...[stack.handlerRole, ...stack.frameworkRoles].flatMap(role => ['kms:Decrypt', 'kms:GenerateDataKey'].map((action): Call => (
      { who: `role {${role}}`, action, resource: queueKey }))),
    ...LOG_DELIVERY.map((action): Call => ({ who: `role {${machineRole}}`, action: `logs:${action}`, resource: '*' })),
  ];
}
