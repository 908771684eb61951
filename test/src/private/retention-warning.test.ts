import { Annotations as Acknowledge, Aspects, CfnDeletionPolicy, CfnParameter, RemovalPolicies, RemovalPolicy, Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { Dataset, DatasetExportFragment, DatasetExportWorkflow, IngestionMode } from '../../../src';
import { concreteStack, importedDataset, jobIn, newDataset } from '../../stacks';

// CloudFormation deletes a dataset with its records unless it is told to retain it.

const ingestionMode = IngestionMode.ALL;
const ID = 'cdk-personalize-dataset-export:datasetNotRetained';

function warned(stack: Stack): string[] {
  return Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(ID)).map(({ id, entry }) => {
    expect(entry.data).toContain('"Movies/NewDataset"');
    return id;
  });
}

/** A stack with a dataset and a job for it. */
function exported(): { stack: Stack; dataset: personalize.CfnDataset } {
  const stack = concreteStack();
  const dataset = newDataset(stack);
  jobIn(stack, { dataset });
  return { stack, dataset };
}

test.each<[string, (stack: Stack, dataset: personalize.CfnDataset) => void]>([
  ['a job', (stack, dataset) => jobIn(stack, { dataset })],
  ['a job that names it by an attribute', (stack, { attrDatasetArn }) => jobIn(stack, { dataset: Dataset.fromDatasetArn(stack, 'Named', attrDatasetArn) })],
  ['a workflow', (stack, dataset) => new DatasetExportWorkflow(stack, 'Backup', { datasets: [importedDataset(stack), dataset], ingestionMode })],
  ['a fragment', (stack, { attrDatasetArn }) => new DatasetExportFragment(stack, 'Export', { datasetArn: attrDatasetArn, ingestionMode })],
  ['several jobs, once', (stack, dataset) => ['A', 'B'].forEach(id => jobIn(stack, { dataset }, id))],
])('is a warning at the dataset of %s', (_, define) => {
  const stack = concreteStack();
  define(stack, newDataset(stack));
  expect(warned(stack)).toEqual([expect.stringMatching('^/Movies/NewDataset')]);
});

test.each<[string, (dataset: personalize.CfnDataset) => void]>([
  ['to destroy it', dataset => dataset.applyRemovalPolicy(RemovalPolicy.DESTROY)],
  ['to retain it, but not when it is replaced', dataset => dataset.applyRemovalPolicy(RemovalPolicy.RETAIN, { applyToUpdateReplacePolicy: false })],
  ['to retain it only when it is replaced', dataset => { dataset.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN; }],
])('is a warning if a policy says %s', (_, apply) => {
  const { stack, dataset } = exported();
  apply(dataset);
  expect(warned(stack)).toHaveLength(1);
});

test.each<[string, (dataset: personalize.CfnDataset, stack: Stack) => void]>([
  ['retained', dataset => dataset.applyRemovalPolicy(RemovalPolicy.RETAIN)],
  ['retained except while it is created', dataset => dataset.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)],
  ['retained by RemovalPolicies', (_, stack) => RemovalPolicies.of(stack).retain()],
  ['retained by an aspect', (_, stack) => Aspects.of(stack).add({
    visit: node => { if (personalize.CfnDataset.isCfnDataset(node)) { node.applyRemovalPolicy(RemovalPolicy.RETAIN); } },
  })],
  ['perhaps retained: it is a token', ({ cfnOptions }, stack) => {
    cfnOptions.deletionPolicy = cfnOptions.updateReplacePolicy = new CfnParameter(stack, 'Policy').valueAsString as CfnDeletionPolicy;
  }],
  ['acknowledged', dataset => Acknowledge.of(dataset).acknowledgeWarning(ID)],
])('is none if it is %s, after the job was defined', (_, apply) => {
  const { stack, dataset } = exported();
  apply(dataset, stack);
  expect(warned(stack)).toEqual([]);
});

test('is none for a dataset that nothing exports, or that this app does not define', () => {
  const stack = concreteStack();
  newDataset(stack);
  jobIn(stack, {}, 'Imported');
  jobIn(stack, { dataset: importedDataset(stack, new CfnParameter(stack, 'Arn').valueAsString) }, 'Unknown');
  expect(warned(stack)).toEqual([]);
});
