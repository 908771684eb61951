import { App, CfnOutput, Stack, aws_iam as iam, aws_personalize as personalize } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, DatasetExportTable, DatasetSchema, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'Query');

// cdk deploy -c ingestionMode=ALL -c schemaFile=interactions.json
const ingestionMode: IngestionMode = app.node.tryGetContext('ingestionMode') ?? IngestionMode.ALL;
const schemaFile: string | undefined = app.node.tryGetContext('schemaFile');

const cfnSchema = new personalize.CfnSchema(stack, 'Schema', {
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
// the schema of the dataset movies/INTERACTIONS
const schema = schemaFile === undefined ? DatasetSchema.fromCfnSchema(cfnSchema) : DatasetSchema.fromFile(schemaFile);

const dataset = Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
}));
const job = new DatasetExportJob(stack, 'Export', { dataset, ingestionMode });
const table = new DatasetExportTable(stack, 'Interactions', { job, schema });

const analyst = new iam.Role(stack, 'Analyst', { assumedBy: new iam.AccountRootPrincipal() });
table.grants.query(analyst); // and an Athena workgroup, to run queries in

new CfnOutput(stack, 'OutputUri', { value: job.outputUri });
const view = `${table.databaseName}.${table.viewName}`;
new CfnOutput(stack, 'MostPopular', {
  value: `SELECT item_id, count(*) AS interactions FROM ${view} GROUP BY item_id ORDER BY interactions DESC, item_id LIMIT 5`,
});
