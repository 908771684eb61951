import { App, Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Dataset } from '../src';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';
export const DATASET_ARN = `arn:aws:personalize:${REGION}:${ACCOUNT}:dataset/movies/INTERACTIONS`;

/** A stack for a known account and Region. */
export function concreteStack(id = 'Movies'): Stack {
  return new Stack(new App(), id, { env: { account: ACCOUNT, region: REGION } });
}

/** A stack that can be deployed anywhere. */
export function agnosticStack(id = 'Movies'): Stack {
  return new Stack(new App(), id);
}

export function importedDataset(scope: Construct, arn = DATASET_ARN): personalize.IDatasetRef {
  return Dataset.fromDatasetArn(scope, `Dataset${scope.node.children.length}`, arn);
}

export function newDataset(scope: Construct, datasetType = 'Interactions'): personalize.CfnDataset {
  const group = new personalize.CfnDatasetGroup(scope, 'DatasetGroup', { name: 'movies' });
  return new personalize.CfnDataset(scope, 'NewDataset', {
    name: 'movies', datasetGroupArn: group.attrDatasetGroupArn, datasetType, schemaArn: `arn:aws:personalize:${REGION}:${ACCOUNT}:schema/movies`,
  });
}
