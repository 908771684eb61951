import { Stack, aws_iam as iam, aws_kms as kms, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';
import { allowAccount } from './other-account-key';
import { attachedPolicy } from './policies/attached-policy';
import { PolicyAdditions } from './policies/policy-additions';

const XRAY = ['xray:GetSamplingRules', 'xray:GetSamplingTargets', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

/** A state machine of the CDK's, with what its constructs have no suitable props for. */
export interface MachineProps {
  readonly resource: sfn.CfnStateMachine;
  readonly role: iam.IRole;
  readonly isLogged: boolean;
  /** Whether it has a Distributed Map. */
  readonly isDistributed?: boolean;
}

/**
 * Encrypts a state machine's definition and executions.
 *
 * The CDK's own setting would permit the key only for a state machine with a name that is known at synthesis. This permits it in a policy that
 * refers to the state machine. AWS does not document which ARN the child executions of a Map Run use the key for, so both are permitted.
 *
 * @returns what must exist before an execution starts
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/encryption-at-rest.html
 */
export function encryptStateMachine(
  scope: Construct, { resource, role, isLogged, isDistributed }: MachineProps, key: kms.IKey, policyId = 'StateMachineKeyPolicy',
): IDependable {
  resource.encryptionConfiguration = { type: 'CUSTOMER_MANAGED_KMS_KEY', kmsKeyId: key.keyArn };
  const use = (actions: string[], conditions: iam.Conditions) => new iam.PolicyStatement({ actions, resources: [key.keyArn], conditions });
  if (isLogged) {
    role.addToPrincipalPolicy(use(['kms:GenerateDataKey'], {
      StringEquals: { 'kms:EncryptionContext:SourceArn': Stack.of(scope).formatArn({ service: 'logs', resource: '*' }) },
    }));
    new PolicyAdditions(scope, { otherwise: 'no logs are delivered' }).toKey(key, new iam.PolicyStatement({
      actions: ['kms:Decrypt'], principals: [new iam.ServicePrincipal('delivery.logs.amazonaws.com')], resources: ['*'],
    }));
  }
  // whoever deploys uses it, too
  allowAccount(scope, key, ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey'], 'Step Functions refuses the key');
  const context = 'kms:EncryptionContext:aws:states:stateMachineArn';
  return attachedPolicy(scope, policyId, role, [use(['kms:Decrypt', 'kms:GenerateDataKey'], isDistributed
    ? { StringLike: { [context]: [resource.ref, `${resource.ref}/*`] } } : { StringEquals: { [context]: resource.ref } })]);
}

export function writesLogs(logs?: sfn.LogOptions): boolean {
  return logs !== undefined && logs.level !== sfn.LogLevel.OFF;
}

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html */
export function traceStateMachine({ resource, role }: MachineProps): void {
  resource.tracingConfiguration = { enabled: true };
  role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: XRAY, resources: ['*'] }));
}
