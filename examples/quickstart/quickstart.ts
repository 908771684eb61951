import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'Quickstart');

// cdk deploy -c datasetGroup=my-group -c ingestionMode=ALL
const datasetGroup: string = app.node.tryGetContext('datasetGroup') ?? 'movies';
const ingestionMode: IngestionMode = app.node.tryGetContext('ingestionMode') ?? IngestionMode.ALL;

const dataset = Dataset.fromDatasetArn(stack, 'Interactions', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: `${datasetGroup}/INTERACTIONS`,
}));
const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode });

new CfnOutput(stack, 'DatasetExportJobArn', { value: job.datasetExportJobArn });
new CfnOutput(stack, 'OutputUri', { value: job.outputUri });
