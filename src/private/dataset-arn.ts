import { Fn, Token } from 'aws-cdk-lib';

/** What the ARN of a dataset ends with. */
export interface DatasetNames {
  readonly datasetGroup: string;
  readonly datasetType: string;
}

/** Patterns for all datasets. */
export const ANY_DATASET: DatasetNames = { datasetGroup: '*', datasetType: '*' };

/** The names in the ARN of a dataset or of a dataset group, as far as they are known. */
export function knownNames(arn: string): Partial<DatasetNames> {
  if (Token.isUnresolved(arn)) { return {}; }
  const [, datasetGroup, datasetType] = arn.split('/');
  return { datasetGroup, datasetType };
}

/**
 * Patterns for one dataset. A token is left out: a policy that refers to the dataset could not belong to a role that the dataset itself
 * depends on. The job's name in the same path is enough to tell its objects from all others.
 */
export function datasetPatterns(datasetArn: string): DatasetNames {
  const { datasetGroup, datasetType } = knownNames(datasetArn);
  return datasetGroup === undefined || datasetType === undefined ? ANY_DATASET : { datasetGroup, datasetType };
}

/** The names in the ARN of a dataset. CloudFormation takes a token apart; a dynamic reference has its value only after that, so they are patterns. */
export function datasetNames(datasetArn: string): DatasetNames {
  if (datasetArn.includes('{{resolve:')) { return ANY_DATASET; }
  const parts = Fn.split('/', datasetArn);
  return { datasetGroup: Fn.select(1, parts), datasetType: Fn.select(2, parts) };
}
