import { App, Duration, Stack, aws_iam as iam, aws_personalize as personalize, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, IngestionMode } from 'cdk-personalize-dataset-export';

// Experimental: AWS does not document that exports can be imported as they are. See docs/restore.md.
const app = new App();
// cdk deploy Backup; when it is needed: cdk deploy Restored -c backup=s3://BUCKET/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/JOB_NAME/
const backup: string | undefined = app.node.tryGetContext('backup');

// 1. An export every day, and a role with which Personalize may import it. It must exist some time before an import.
const stack = new Stack(app, 'Backup');
const workflow = new DatasetExportWorkflow(stack, 'Workflow', {
  datasetGroups: [DatasetGroup.fromDatasetGroupArn(stack, 'Movies', stack.formatArn({
    service: 'personalize', resource: 'dataset-group', resourceName: 'movies',
  }))],
  ingestionMode: IngestionMode.ALL,
});
new DatasetExportSchedule(stack, 'Daily', { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.days(1)) });

const importRole = new iam.Role(stack, 'ImportRole', {
  assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, StringLike: { 'aws:SourceArn': stack.formatArn({ service: 'personalize', resource: '*' }) } },
  }),
});
workflow.grants.import(importRole);

// 2. When it is needed: a dataset with the records of one day, in a stack that no deployment of Backup touches.
if (backup !== undefined) {
  const [, jobName] = /^s3:\/\/.*\/dataset=INTERACTIONS\/date=[\d-]{10}\/([^/]+)\/$/.exec(backup) ?? [];
  if (jobName === undefined) {
    throw new Error(`backup must be like s3://BUCKET/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/JOB_NAME/, got ${JSON.stringify(backup)}`);
  }
  const restored = new Stack(app, 'Restored');
  // the fields of movies/INTERACTIONS, in the same order
  const schema = new personalize.CfnSchema(restored, 'Schema', {
    name: 'movies-restored-interactions',
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
  const group = new personalize.CfnDatasetGroup(restored, 'DatasetGroup', { name: 'movies-restored' });
  new personalize.CfnDataset(restored, 'Interactions', {
    name: 'interactions',
    datasetType: 'Interactions',
    datasetGroupArn: group.attrDatasetGroupArn,
    schemaArn: schema.attrSchemaArn,
    // names of import jobs cannot be used again: a second attempt needs another one
    datasetImportJob: { jobName, dataSource: { DataLocation: backup }, roleArn: importRole.roleArn },
  });
}
