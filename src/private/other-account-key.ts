import { Stack, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { differ } from './environments';
import { PolicyAdditions } from './policies/policy-additions';

/**
 * Lets IAM policies of the stack's account grant the use of a key that is known to be in another account. The policy of an L1 key is the
 * user's own.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html
 */
export function allowAccount(scope: Construct, key: kms.IKeyRef, actions: string[], otherwise: string): void {
  const { account } = Stack.of(scope);
  if (!('addToResourcePolicy' in key) || !differ(key.env.account, account)) { return; }
  new PolicyAdditions(scope, { otherwise }).toKey(key as kms.IKey, new iam.PolicyStatement({ actions, principals: [new iam.AccountPrincipal(account)], resources: ['*'] }));
}
