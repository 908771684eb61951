import { App, CfnOutput, Duration, Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, ExportDestination, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'SharedDestination');

// one bucket, key and role for all exports
const destination = new ExportDestination(stack, 'Exports', {
  prefix: 'personalize/',
  expiration: Duration.days(90),
});
const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });

for (const type of ['INTERACTIONS', 'ITEMS', 'USERS']) {
  const dataset = Dataset.fromDatasetArn(stack, `${type}-Dataset`, stack.formatArn({
    service: 'personalize', resource: 'dataset', resourceName: `movies/${type}`,
  }));
  const job = new DatasetExportJob(stack, `${type}-Export`, { dataset, destination, ingestionMode: IngestionMode.ALL });
  job.grants.read(analyst);
}

new CfnOutput(stack, 'BucketName', { value: destination.bucket.bucketName });
