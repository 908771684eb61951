/** The app of the layout probe, see tools/integ/README.md: a stack for the records to import, and one that imports and exports them. */
import { Annotations, App, CfnOutput, RemovalPolicy, Stack, aws_iam as iam, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { FIELDS } from './values';
import { DatasetExportJob, ExportDestination, IngestionMode } from '../../../src';

export const SOURCE = 'IntegLayoutProbeSource';
export const PROBE = 'IntegLayoutProbe';
export const CSV = 'records/items.csv';
export const MODES = [IngestionMode.ALL, IngestionMode.BULK, IngestionMode.PUT];
const NAME = 'integ-layout-probe';

export function probeApp(app: App): void {
  const source = new Stack(app, SOURCE);
  const personalizeService = new iam.ServicePrincipal('personalize.amazonaws.com');
  const bucket = emptied(new s3.Bucket(source, 'Records', { enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY }));
  const role = new iam.Role(source, 'ImportRole', { assumedBy: personalizeService });
  for (const grantee of [role, personalizeService]) { bucket.grantRead(grantee); }
  new CfnOutput(source, 'Bucket', { value: bucket.bucketName });

  const stack = new Stack(app, PROBE);
  const schema = new personalize.CfnSchema(stack, 'Schema', {
    name: NAME,
    schema: JSON.stringify({ type: 'record', name: 'Items', namespace: 'com.amazonaws.personalize.schema', version: '1.0', fields: FIELDS }),
  });
  const group = new personalize.CfnDatasetGroup(stack, 'DatasetGroup', { name: NAME });
  const dataset = new personalize.CfnDataset(stack, 'Dataset', {
    name: NAME,
    datasetType: 'Items',
    datasetGroupArn: group.attrDatasetGroupArn,
    schemaArn: schema.attrSchemaArn,
    datasetImportJob: {
      // names of jobs cannot be used again
      jobName: app.node.tryGetContext('importJobName') ?? NAME,
      dataSource: { DataLocation: `s3://${bucket.bucketName}/${CSV.replace(/[^/]+$/, '')}` },
      roleArn: role.roleArn,
    },
  });
  Annotations.of(dataset).acknowledgeWarning('cdk-personalize-dataset-export:datasetNotRetained', 'nothing is left in the account');
  const destination = new ExportDestination(stack, 'Exports', {
    encryption: s3.BucketEncryption.S3_MANAGED, removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true,
  });
  for (const ingestionMode of MODES) {
    const job = new DatasetExportJob(stack, ingestionMode, { dataset, destination, ingestionMode });
    new CfnOutput(stack, `${ingestionMode}Job`, { value: job.datasetExportJobArn });
    new CfnOutput(stack, `${ingestionMode}Uri`, { value: job.outputUri });
  }
}

/** By the CDK, before it is deleted. */
function emptied(bucket: s3.Bucket): s3.Bucket {
  bucket.node.defaultChild!.with(new s3.mixins.BucketAutoDeleteObjects());
  return bucket;
}

if (require.main === module) { probeApp(new App()); }
