import { Stack, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sqs as sqs, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { DatasetExportProvider, DatasetExportProviderProps } from '../../src';
import { isolatedVpc } from '../local-deployment/isolated-vpc';

/** A provider with everything that adds permissions. Its id is that of default providers. */
export function regulatedProvider(stack: Stack, roles: Pick<DatasetExportProviderProps, 'role' | 'frameworkRole'> = {}): DatasetExportProvider {
  return new DatasetExportProvider(stack, 'PersonalizeDatasetExportProvider', {
    vpc: isolatedVpc(stack),
    logEncryptionKey: new kms.Key(stack, 'LogKey'),
    stateMachineEncryptionKey: new kms.Key(stack, 'MachineKey'),
    stateMachineLogs: { destination: new logs.LogGroup(stack, 'Executions'), level: sfn.LogLevel.ALL },
    tracing: true,
    deadLetterQueue: new sqs.Queue(stack, 'Queue', { encryptionMasterKey: new kms.Key(stack, 'QueueKey') }),
    ...roles,
  });
}

/** Roles of the user for the functions. */
export function ownRoles(stack: Stack): Record<'role' | 'frameworkRole', iam.Role> {
  const newRole = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
  return { role: newRole('OwnHandlerRole'), frameworkRole: newRole('OwnFrameworkRole') };
}
