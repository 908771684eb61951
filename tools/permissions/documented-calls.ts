import type { Call } from './calls';
import type { ResolvedStack } from './resolved-stack';

const KEY_ACTIONS = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];

/**
 * Calls that AWS documents and local AWS does not make.
 *
 * - Lambda writes the start and the end of each invocation to the function's log group, as the function's role. (The Provider
 *   framework's functions write nothing themselves unless they fail.)
 * - Personalize wants the same actions on each key that takes part: the bucket's own key, when the objects are encrypted with
 *   another, and the dataset group's key.
 * - The key's policy must name the role for all of them: nothing is left to what the account's other policies say.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html
 */
export function documentedCalls(stack: ResolvedStack): Call[] {
  const logs = ['FrameworkOnEventRole', 'FrameworkCompleteRole'].flatMap(role => ['logs:CreateLogStream', 'logs:PutLogEvents'].map((action): Call => ({
    who: `role {${stack.id('AWS::IAM::Role', new RegExp(role))}}`,
    action,
    resource: `${stack.arn(stack.id('AWS::Logs::LogGroup')).replace(/:\*$/, '')}:log-stream:stream`,
  })));
  const allKeys = stack.ids('AWS::KMS::Key').filter(id => /^(GroupKey|BucketKey|ObjectKey|OwnKey|Exports?(Destination)?Key)/.test(id));
  const keys = stack.ids('AWS::KMS::Key').filter(id => /^(GroupKey|BucketKey)/.test(id));
  const role = () => `role {${stack.id('AWS::IAM::Role', /^Exports?(Destination)?Role/)}}`;
  const named = allKeys.flatMap(id => KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource: stack.arn(id), by: 'the resource policy alone' })));
  return [...logs, ...named, ...keys.map(id => stack.arn(id)).flatMap((resource): Call[] => [
    ...KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource, by: 'the role policy alone' })),
    ...KEY_ACTIONS.map((action): Call => ({ who: role(), action, resource })),
    { who: role(), action: 'kms:CreateGrant', resource, by: 'the resource policy alone' },
    ...[...KEY_ACTIONS, 'kms:CreateGrant'].map((action): Call => ({ who: 'service personalize.amazonaws.com', action, resource })),
  ])];
}
