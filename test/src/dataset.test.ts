import { CfnParameter, Errors, Token } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack } from '../stacks';

test('a dataset referenced by its ARN has the ARN, its account and its Region', () => {
  const dataset = Dataset.fromDatasetArn(concreteStack(), 'Dataset', DATASET_ARN);
  expect(dataset.datasetRef).toEqual({ datasetArn: DATASET_ARN });
  expect(dataset.env).toEqual({ account: ACCOUNT, region: REGION });
});

test('a dataset whose ARN is a token has the token', () => {
  const stack = concreteStack();
  const dataset = Dataset.fromDatasetArn(stack, 'Dataset', new CfnParameter(stack, 'Arn').valueAsString);
  expect(stack.resolve(dataset.datasetRef.datasetArn)).toEqual({ Ref: 'Arn' });
  expect(Token.isUnresolved(dataset.env.region)).toBe(true);
});

test('an error of the library is a validation error that names the construct', () => {
  const stack = concreteStack();
  const dataset = Dataset.fromDatasetArn(stack, 'Dataset', DATASET_ARN);
  try {
    new DatasetExportJob(stack, 'Export', { dataset, jobName: 'no spaces' });
    throw new Error('nothing was thrown');
  } catch (error) {
    expect(Errors.isValidationError(error)).toBe(true);
    expect((error as { constructPath?: string }).constructPath).toBe('Movies/Export');
  }
});
