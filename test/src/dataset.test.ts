import { CfnParameter, Token } from 'aws-cdk-lib';
import { Dataset, DatasetGroup } from '../../src';
import { ACCOUNT, DATASET_ARN, REGION, concreteStack } from '../stacks';

test('a dataset referenced by its ARN has the ARN, its account and its Region', () => {
  const dataset = Dataset.fromDatasetArn(concreteStack(), 'Dataset', DATASET_ARN);
  expect(dataset.datasetRef).toEqual({ datasetArn: DATASET_ARN });
  expect(dataset.env).toEqual({ account: ACCOUNT, region: REGION });
});

test('a dataset group referenced by its ARN has the ARN, its account and its Region', () => {
  const datasetGroupArn = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset-group/movies`;
  const group = DatasetGroup.fromDatasetGroupArn(concreteStack(), 'Group', datasetGroupArn);
  expect(group.datasetGroupRef).toEqual({ datasetGroupArn });
  expect(group.env).toEqual({ account: ACCOUNT, region: REGION });
});

test('a dataset whose ARN is a token has the token', () => {
  const stack = concreteStack();
  const dataset = Dataset.fromDatasetArn(stack, 'Dataset', new CfnParameter(stack, 'Arn').valueAsString);
  expect(stack.resolve(dataset.datasetRef.datasetArn)).toEqual({ Ref: 'Arn' });
  expect(Token.isUnresolved(dataset.env.region)).toBe(true);
});
