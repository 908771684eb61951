import { App, CfnOutput, Stack, aws_iam as iam, aws_personalize as personalize } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, IngestionMode } from 'cdk-personalize-dataset-export';

// Experimental: AWS does not document that exports can be imported as they are. See docs/restore.md.
const app = new App();
const stack = new Stack(app, 'CopyDataset');

const dataset = Dataset.fromDatasetArn(stack, 'Interactions', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
}));
const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });

// the fields of movies/INTERACTIONS, in the same order
const schema = new personalize.CfnSchema(stack, 'Schema', {
  name: 'movies-copy-interactions',
  schema: JSON.stringify({
    type: 'record',
    name: 'Interactions',
    namespace: 'com.amazonaws.personalize.schema',
    version: '1.0',
    fields: [
      { name: 'USER_ID', type: 'string' },
      { name: 'ITEM_ID', type: 'string' },
      { name: 'EVENT_TYPE', type: ['null', 'string'] },
      { name: 'TIMESTAMP', type: 'long' },
    ],
  }),
});
const group = new personalize.CfnDatasetGroup(stack, 'DatasetGroup', { name: 'movies-copy' });

const role = new iam.Role(stack, 'ImportRole', {
  assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, StringLike: { 'aws:SourceArn': stack.formatArn({ service: 'personalize', resource: '*' }) } },
  }),
});
const copy = new personalize.CfnDataset(stack, 'Copy', {
  name: 'interactions',
  datasetType: 'Interactions',
  datasetGroupArn: group.attrDatasetGroupArn,
  schemaArn: schema.attrSchemaArn,
  datasetImportJob: {
    jobName: job.datasetExportJobName, // names of import jobs cannot be used again: each export has a new one
    dataSource: { DataLocation: job.outputUri },
    roleArn: role.roleArn,
  },
});
copy.node.addDependency(job.grants.import(role));

new CfnOutput(stack, 'DatasetArn', { value: copy.attrDatasetArn });
