import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, ExportTrigger, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'MonthlyExport');

// A pipeline that runs every day may call: cdk deploy -c month=$(date +%Y-%m)
// The month is an input, so the same call always synthesizes to the same template.
const month: unknown = app.node.tryGetContext('month');
if (typeof month !== 'string' || !/^\d{4}-\d{2}$/.test(month)) {
  throw new Error(`month must be a year and a month, got ${JSON.stringify(month)}: cdk deploy -c month=2026-11`);
}

const dataset = Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
}));
const job = new DatasetExportJob(stack, 'Export', {
  dataset,
  ingestionMode: IngestionMode.ALL,
  trigger: ExportTrigger.token(month), // exports once for each month
});

new CfnOutput(stack, 'OutputUri', { value: job.outputUri });
