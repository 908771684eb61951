import { ArnFormat, Stack, aws_iam as iam, aws_kms as kms, region_info } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { PolicyAdditions } from '../policies/policy-additions';

const ACTIONS = ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/**
 * Lets CloudWatch Logs use a key for log groups of the stack's account and Region. A key policy that named the log group, which itself needs
 * the key, would depend on itself.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function allowLogs(scope: Construct, key: kms.IKey): void {
  const stack = Stack.of(scope);
  const logGroups = stack.formatArn({ service: 'logs', resource: 'log-group', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME });
  new PolicyAdditions(scope, { otherwise: 'CloudWatch Logs refuses the key' }).toKey(key, new iam.PolicyStatement({
    actions: ACTIONS,
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${region_info.RegionInfo.get(stack.region).domainSuffix ?? stack.urlSuffix}`)],
    resources: ['*'],
    conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
  }));
}
