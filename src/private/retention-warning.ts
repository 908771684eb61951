import { CfnDeletionPolicy, Token, aws_personalize as personalize } from 'aws-cdk-lib';
import { warnLate, whenComplete } from './late-warning';
import { referredTo } from './referred-to';

const RETAINS: unknown[] = [CfnDeletionPolicy.RETAIN, CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE];

/**
 * Warns of datasets that CloudFormation deletes with their records. Only datasets that this app defines can be checked.
 *
 * @param arns of datasets
 */
export function warnOfDatasetsNotRetained(arns: string[]): void {
  for (const dataset of arns.map(referredTo)) {
    if (personalize.CfnDataset.isCfnDataset(dataset)) { whenComplete(dataset, () => warnUnlessRetained(dataset)); }
  }
}

function warnUnlessRetained(dataset: personalize.CfnDataset): void {
  const { deletionPolicy, updateReplacePolicy } = dataset.cfnOptions;
  if ([deletionPolicy, updateReplacePolicy].every(policy => RETAINS.includes(policy) || Token.isUnresolved(policy))) { return; }
  // at the dataset, so that there is one warning for all of its jobs
  warnLate(
    dataset, 'datasetNotRetained',
    `CloudFormation deletes the dataset ${JSON.stringify(dataset.node.path)} with its records when it is removed from the stack, when the stack is deleted, and when an `
    + 'update replaces it, and an export is only a copy: call applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE) for the dataset, and for its schema and '
    + 'dataset group, which cannot be deleted while it exists, or acknowledge this warning at the dataset',
  );
}
