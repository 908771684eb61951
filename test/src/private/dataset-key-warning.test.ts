import { CfnParameter, RemovalPolicy, Stack, aws_kms as kms, aws_personalize as personalize, aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportFragment, DatasetExportJob, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode } from '../../../src';
import { concreteStack, importedDataset } from '../../stacks';

// A dataset group with a KMS key of its own, and a destination that was not told of it.

const ingestionMode = IngestionMode.ALL;
const MISSING = Match.stringLikeRegexp('"Movies/Group".*datasetEncryptionKey');

function groupIn(stack: Stack, key: kms.IKey | undefined = new kms.Key(stack, 'GroupKey')): personalize.CfnDatasetGroup {
  return new personalize.CfnDatasetGroup(stack, 'Group', { name: 'movies', kmsKeyArn: key?.keyArn });
}

function datasetIn(stack: Stack, datasetGroupArn: string): personalize.CfnDataset {
  const dataset = new personalize.CfnDataset(stack, 'Dataset', { name: 'movies', datasetGroupArn, datasetType: 'Items', schemaArn: 'schema' });
  dataset.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return dataset;
}

describe('is a warning', () => {
  test.each<[string, (group: personalize.CfnDatasetGroup) => string]>([
    ['attrDatasetGroupArn', group => group.attrDatasetGroupArn], ['ref', group => group.ref], ['datasetGroupRef', group => group.datasetGroupRef.datasetGroupArn],
  ])('at a job for a dataset that names the group by %s', (_, arnOf) => {
    const stack = concreteStack();
    new DatasetExportJob(stack, 'Export', { dataset: datasetIn(stack, arnOf(groupIn(stack))), ingestionMode });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', MISSING);
  });

  test('at a job for a dataset that is named by an attribute, with a destination of its own', () => {
    const stack = concreteStack();
    const { attrDatasetArn } = datasetIn(stack, groupIn(stack).ref);
    new DatasetExportJob(stack, 'Export', {
      dataset: Dataset.fromDatasetArn(stack, 'Named', attrDatasetArn), destination: new ExportDestination(stack, 'Exports'), ingestionMode,
    });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', MISSING);
  });

  test('at a workflow for the dataset, for the group, and once for both', () => {
    const stack = concreteStack();
    const group = groupIn(stack);
    new DatasetExportWorkflow(stack, 'Datasets', { datasets: [datasetIn(stack, group.ref)], ingestionMode });
    new DatasetExportWorkflow(stack, 'Groups', { datasetGroups: [group], ingestionMode });
    new DatasetExportWorkflow(stack, 'Both', { datasetGroups: [group], datasets: [stack.node.findChild('Dataset') as personalize.CfnDataset], ingestionMode });
    const warnings = Annotations.fromStack(stack).findWarning('*', MISSING);
    expect(warnings.map(({ id }) => id)).toEqual(['/Movies/Datasets', '/Movies/Groups', '/Movies/Both']);
  });

  test('at a fragment', () => {
    const stack = concreteStack();
    const { attrDatasetArn: datasetArn } = datasetIn(stack, groupIn(stack).ref);
    new DatasetExportFragment(stack, 'Export', { datasetArn, ingestionMode });
    Annotations.fromStack(stack).hasWarning('/Movies/Export', MISSING);
  });
});

describe('is none', () => {
  test('when the destination knows the key', () => {
    const stack = concreteStack();
    const datasetEncryptionKey = new kms.Key(stack, 'GroupKey');
    const destination = new ExportDestination(stack, 'Exports', { datasetEncryptionKey });
    const group = groupIn(stack, datasetEncryptionKey);
    new DatasetExportJob(stack, 'Export', { dataset: datasetIn(stack, group.ref), destination, ingestionMode });
    new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [group], destination, ingestionMode });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('when the group has no key', () => {
    const stack = concreteStack();
    const group = new personalize.CfnDatasetGroup(stack, 'Group', { name: 'movies' });
    new DatasetExportJob(stack, 'Export', { dataset: datasetIn(stack, group.ref), ingestionMode });
    new DatasetExportWorkflow(stack, 'Backup', { datasetGroups: [group], ingestionMode });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('when it cannot be known', () => {
    const stack = concreteStack();
    const text = new CfnParameter(stack, 'Text').valueAsString;
    const arn = 'arn:aws:personalize:eu-west-1:111122223333:dataset-group/movies';
    new DatasetExportJob(stack, 'A', { dataset: importedDataset(stack), ingestionMode });
    new DatasetExportJob(stack, 'B', { dataset: importedDataset(stack, text), ingestionMode });
    new DatasetExportJob(stack, 'C', { dataset: datasetIn(stack, `${text}/${text}`), ingestionMode });
    new DatasetExportWorkflow(stack, 'D', { datasetGroups: [arn, text].map((some, index) => DatasetGroup.fromDatasetGroupArn(stack, `G${index}`, some)), ingestionMode });
    new DatasetExportFragment(stack, 'E', { datasetArn: sfn.JsonPath.stringAt('$.datasetArn'), ingestionMode });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });
});
