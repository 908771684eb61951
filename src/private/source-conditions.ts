import { Stack, aws_iam as iam } from 'aws-cdk-lib';

/**
 * The documented guard against the confused deputy: Personalize acts for this account and Region only. The job's ARN is not
 * known earlier, hence the wildcard.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/cross-service-confused-deputy-prevention.html
 */
export function sourceConditions(stack: Stack): iam.Conditions {
  return {
    StringEquals: { 'aws:SourceAccount': stack.account },
    StringLike: { 'aws:SourceArn': stack.formatArn({ service: 'personalize', resource: '*' }) },
  };
}
