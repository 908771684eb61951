import { App, CfnOutput, Stack, aws_iam as iam, aws_personalize as personalize } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, DatasetExportTable, DatasetSchema, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'Query');

// the schema of the dataset movies/INTERACTIONS
const schema = new personalize.CfnSchema(stack, 'Schema', {
  name: 'movies-interactions',
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

const dataset = Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
}));
const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode: IngestionMode.ALL });
const table = new DatasetExportTable(stack, 'Interactions', { job, schema: DatasetSchema.fromCfnSchema(schema) });

const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
table.grants.query(analyst); // and an Athena workgroup, to run queries in

const view = `${table.databaseName}.${table.viewName}`;
new CfnOutput(stack, 'MostPopular', {
  value: `SELECT item_id, count(*) AS interactions FROM ${view} GROUP BY item_id ORDER BY interactions DESC, item_id LIMIT 5`,
});
