import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, ExportDestination, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'LongExport');

const destination = new ExportDestination(stack, 'Exports');
const dataset = (type: string) => Dataset.fromDatasetArn(stack, `${type}-Dataset`, stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: `movies/${type}`,
}));

// the deployment waits for this export, and fails if it fails
const interactions = new DatasetExportJob(stack, 'Interactions', {
  dataset: dataset('INTERACTIONS'),
  destination,
  ingestionMode: IngestionMode.ALL,
  timeout: Duration.hours(6),
});

// the deployment starts this export and does not wait: the stack does not show how it ends
const items = new DatasetExportJob(stack, 'Items', {
  dataset: dataset('ITEMS'),
  destination,
  ingestionMode: IngestionMode.ALL,
  waitForCompletion: false,
});

new CfnOutput(stack, 'InteractionsUri', { value: interactions.outputUri });
new CfnOutput(stack, 'ItemsJobArn', { value: items.datasetExportJobArn });
