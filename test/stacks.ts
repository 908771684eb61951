import { App, Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { Dataset, DatasetExportJob, DatasetExportJobProps, IngestionMode } from '../src';

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

export function jobIn(scope: Construct, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): DatasetExportJob {
  return new DatasetExportJob(scope, id, { dataset: props.dataset ?? importedDataset(scope), ingestionMode: IngestionMode.ALL, ...props });
}

/** The definition of the stack's only state machine, with `<Id.Attribute>` where the deployment puts a value. */
export function definitionOf(stack: Stack): any {
  const [machine] = Object.values(Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'));
  const text = machine.Properties.DefinitionString;
  const parts: unknown[] = typeof text === 'string' ? [text] : text['Fn::Join'][1];
  return JSON.parse(parts.map(part => typeof part === 'string' ? part : `<${Object.values(part as object).flat().join('.')}>`).join(''));
}
