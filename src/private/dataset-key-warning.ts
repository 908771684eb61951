import { Annotations, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { referredTo } from './referred-to';
import { ExportDestination } from '../export-destination';

/**
 * Warns about dataset groups with a KMS key if the destination has no `datasetEncryptionKey`. Only dataset groups that this app defines can
 * be checked.
 *
 * @param arns of datasets and dataset groups
 */
export function warnOfMissingDatasetKey(scope: Construct, destination: ExportDestination, arns: string[]): void {
  if (destination._datasetEncryptionKey !== undefined) { return; }
  const groups = arns.flatMap(arn => groupOf(arn) ?? []).filter(({ kmsKeyArn }) => kmsKeyArn !== undefined);
  for (const { node } of groups) {
    Annotations.of(scope).addWarningV2(
      'cdk-personalize-dataset-export:datasetEncryptionKeyMissing',
      `the dataset group ${JSON.stringify(node.path)} has a KMS key, but the destination has no datasetEncryptionKey, `
      + 'so Personalize lacks permissions on both keys: pass the dataset group\'s key to the ExportDestination as datasetEncryptionKey',
    );
  }
}

function groupOf(arn: string): personalize.CfnDatasetGroup | undefined {
  const resource = referredTo(arn);
  if (personalize.CfnDatasetGroup.isCfnDatasetGroup(resource)) { return resource; }
  return personalize.CfnDataset.isCfnDataset(resource) ? groupOf(resource.datasetGroupArn) : undefined;
}
