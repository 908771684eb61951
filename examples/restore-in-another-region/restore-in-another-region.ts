import { App, CfnOutput, Stack, aws_iam as iam, aws_kms as kms, aws_personalize as personalize, aws_s3 as s3, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { DatasetExportSchedule, DatasetExportWorkflow, DatasetGroup, ExportDestination, IngestionMode } from 'cdk-personalize-dataset-export';

// Experimental: AWS does not document that exports can be imported as they are. See docs/restore.md.
const app = new App();
const region: string = app.node.tryGetContext('region') ?? 'eu-west-1';
const otherRegion: string = app.node.tryGetContext('otherRegion') ?? 'us-east-1';
// cdk deploy Backup, which deploys Copies, too; when it is needed: cdk deploy Restored -c backup=dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/JOB_NAME/
const backup: string | undefined = app.node.tryGetContext('backup');

// 1. In the other Region: the copies of the exports, and a role with which Personalize may import them. It must exist some time before an import.
const copiesStack = new Stack(app, 'Copies', { env: { region: otherRegion }, crossRegionReferences: true });
const copiesKey = new kms.Key(copiesStack, 'Key', { enableKeyRotation: true });
const copies = new s3.Bucket(copiesStack, 'Bucket', {
  encryptionKey: copiesKey, versioned: true, enforceSSL: true, blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
});
const service = new iam.ServicePrincipal('personalize.amazonaws.com');
const importRole = new iam.Role(copiesStack, 'ImportRole', {
  assumedBy: service.withConditions({
    StringEquals: { 'aws:SourceAccount': copiesStack.account },
    StringLike: { 'aws:SourceArn': copiesStack.formatArn({ service: 'personalize', resource: '*' }) },
  }),
});
// Personalize asks the policies of the role and of the bucket, and of the key for both
for (const [action, resource] of [['s3:ListBucket', copies.bucketArn], ['s3:GetObject', copies.arnForObjects('dataset_group=movies/*')]]) {
  importRole.addToPolicy(new iam.PolicyStatement({ actions: [action], resources: [resource] }));
  copies.addToResourcePolicy(new iam.PolicyStatement({ actions: [action], resources: [resource], principals: [service] }));
}
copiesKey.addToResourcePolicy(new iam.PolicyStatement({
  actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'],
  resources: ['*'],
  principals: [service, new iam.ArnPrincipal(importRole.roleArn)],
}));
new CfnOutput(copiesStack, 'BucketName', { value: copies.bucketName });

// 2. An export every night, which S3 copies.
const backupStack = new Stack(app, 'Backup', { env: { region }, crossRegionReferences: true });
// imported, because the key's policy need not name the role of the replication: it is in the same account
const keyOfCopies = kms.Key.fromKeyArn(backupStack, 'KeyOfCopies', copiesKey.keyArn);
const bucket = new s3.Bucket(backupStack, 'Exports', {
  encryptionKey: new kms.Key(backupStack, 'Key', { enableKeyRotation: true }),
  versioned: true,
  enforceSSL: true,
  blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
  replicationRules: [{ destination: copies, kmsKey: keyOfCopies, sseKmsEncryptedObjects: true }],
});
const workflow = new DatasetExportWorkflow(backupStack, 'Workflow', {
  datasetGroups: [DatasetGroup.fromDatasetGroupArn(backupStack, 'Movies', backupStack.formatArn({
    service: 'personalize', resource: 'dataset-group', resourceName: 'movies',
  }))],
  ingestionMode: IngestionMode.ALL,
  destination: new ExportDestination(backupStack, 'Destination', { bucket }),
});
new DatasetExportSchedule(backupStack, 'Nightly', { workflow, schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '30' }) });

// 3. When it is needed: a dataset in the other Region, with the records of one night.
if (backup !== undefined) {
  const [, jobName] = /^dataset_group=movies\/dataset=INTERACTIONS\/date=[\d-]{10}\/([^/]+)\/$/.exec(backup) ?? [];
  if (jobName === undefined) {
    throw new Error(`backup must be a folder like dataset_group=movies/dataset=INTERACTIONS/date=2026-11-24/JOB_NAME/, got ${JSON.stringify(backup)}`);
  }
  const restored = new Stack(app, 'Restored', { env: { region: otherRegion } });
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
    datasetImportJob: { jobName, dataSource: { DataLocation: `s3://${copies.bucketName}/${backup}` }, roleArn: importRole.roleArn },
  });
}
