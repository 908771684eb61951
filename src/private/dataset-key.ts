import { Annotations, Reference, Tokenization, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { ExportDestination } from '../export-destination';

/**
 * Warns of dataset groups of this app that have a KMS key of their own, when the destination was not told of one. Nothing is said of
 * what cannot be known: ARNs, and groups that are defined elsewhere.
 *
 * @param arns of datasets and dataset groups
 */
export function warnOfMissingDatasetKey(scope: Construct, destination: ExportDestination, arns: string[]): void {
  if (destination._datasetEncryptionKey !== undefined) { return; }
  const groups = arns.flatMap(arn => groupOf(arn) ?? []).filter(({ kmsKeyArn }) => kmsKeyArn !== undefined);
  for (const { node } of groups) {
    Annotations.of(scope).addWarningV2(
      'cdk-personalize-dataset-export:datasetEncryptionKeyMissing',
      `the dataset group ${JSON.stringify(node.path)} has a KMS key of its own, and datasetEncryptionKey of the destination is left out: `
      + 'Personalize lacks rights that it needs on both keys then, pass that key as datasetEncryptionKey to the ExportDestination',
    );
  }
}

function groupOf(arn: string): personalize.CfnDatasetGroup | undefined {
  const resource = referredTo(arn);
  if (personalize.CfnDatasetGroup.isCfnDatasetGroup(resource)) { return resource; }
  return personalize.CfnDataset.isCfnDataset(resource) ? groupOf(resource.datasetGroupArn) : undefined;
}

/** The construct whose attribute this is. */
function referredTo(value: string): IConstruct | undefined {
  const token = Tokenization.reverse(value, { failConcat: false });
  return Reference.isReference(token) ? token.target : undefined;
}
