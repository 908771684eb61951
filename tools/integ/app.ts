/**
 * The app that `npx projen integ` deploys to a real AWS account, see tools/integ/README.md: exports a dataset in both ways of waiting, and asserts what
 * is in the bucket afterwards.
 */
import { AwsApiCall, ExpectedResult, IntegTest } from '@aws-cdk/integ-tests-alpha';
import { Annotations, App, Duration, Fn, RemovalPolicy, Stack, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Dataset, DatasetExportJob, ExportDestination, IngestionMode } from '../../src';

const PREFIX = 'integ/';
const ITEMS = ['one', 'two', 'three'].map(itemId => ({ itemId, properties: JSON.stringify({ genres: 'Drama' }) }));

/** A custom dataset group with one dataset, and individually added records. */
function newDataset(scope: Construct, name: string): { dataset: personalize.IDatasetRef; records: Construct } {
  const schema = new personalize.CfnSchema(scope, 'Schema', {
    name,
    schema: JSON.stringify({
      type: 'record',
      name: 'Items',
      namespace: 'com.amazonaws.personalize.schema',
      version: '1.0',
      fields: [{ name: 'ITEM_ID', type: 'string' }, { name: 'GENRES', type: 'string', categorical: true }],
    }),
  });
  const group = new personalize.CfnDatasetGroup(scope, 'DatasetGroup', { name });
  const dataset = new personalize.CfnDataset(scope, 'Dataset', {
    name, datasetType: 'Items', datasetGroupArn: group.attrDatasetGroupArn, schemaArn: schema.attrSchemaArn,
  });
  Annotations.of(dataset).acknowledgeWarning('cdk-personalize-dataset-export:datasetNotRetained', 'nothing is left in the account');
  const records = new AwsApiCall(scope, 'PutItems', {
    service: 'PersonalizeEvents', api: 'putItems', parameters: { datasetArn: dataset.attrDatasetArn, items: ITEMS },
  });
  return { dataset, records };
}

/** `-c datasetArn=<ARN>` uses an existing dataset. */
export function integTest(app: App): { stack: Stack; assertions: Stack } {
  const stack = new Stack(app, 'IntegDatasetExportJob');
  const existing: string | undefined = app.node.tryGetContext('datasetArn');
  const { dataset, records } = existing === undefined
    ? newDataset(stack, 'integ-dataset-export-job')
    : { dataset: Dataset.fromDatasetArn(stack, 'Dataset', existing), records: undefined };

  const destination = new ExportDestination(stack, 'Exports', { prefix: PREFIX, removalPolicy: RemovalPolicy.DESTROY, expiration: Duration.days(1) });
  // nothing is left in the account
  destination.bucket.node.defaultChild!.with(new s3.mixins.BucketAutoDeleteObjects());
  destination.encryptionKey!.applyRemovalPolicy(RemovalPolicy.DESTROY);

  const integ = new IntegTest(app, 'Integ', { testCases: [stack] });
  for (const [id, timeout] of [['Export', Duration.minutes(50)], ['LongExport', Duration.hours(2)]] as const) {
    const job = new DatasetExportJob(stack, id, { dataset, destination, timeout, ingestionMode: IngestionMode.ALL, tags: { test: 'integ' } });
    if (records !== undefined) { job.node.addDependency(records); }

    integ.assertions.awsApiCall('Personalize', 'describeDatasetExportJob', { datasetExportJobArn: job.datasetExportJobArn })
      .expect(ExpectedResult.objectLike({ datasetExportJob: { status: 'ACTIVE', ingestionMode: 'ALL' } }));

    const objects = integ.assertions.awsApiCall('S3', 'listObjectsV2', {
      Bucket: destination.bucket.bucketName, Prefix: keyPrefixOf(job.outputUri),
    });
    objects.assertAtPath('Contents.0.Key', ExpectedResult.stringLikeRegexp(`^${PREFIX}`));

    const object = integ.assertions.awsApiCall('S3', 'headObject', { Bucket: destination.bucket.bucketName, Key: objects.getAttString('Contents.0.Key') });
    object.expect(ExpectedResult.objectLike({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: destination.encryptionKey!.keyArn }));
    // the permissions for these two calls have other names
    object.provider.addToRolePolicy({ Effect: 'Allow', Action: ['s3:ListBucket', 's3:GetObject'], Resource: [destination.bucket.bucketArn, `${destination.bucket.bucketArn}/*`] });
    object.provider.addToRolePolicy({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: destination.encryptionKey!.keyArn });
  }
  return { stack, assertions: app.node.findAll().filter(Stack.isStack).find(other => other !== stack)! };
}

/** Of `s3://<bucket>/<key prefix>`: the folder of an export is five levels deep, with the destination's. */
function keyPrefixOf(outputUri: string): string {
  const levels = Fn.split('/', outputUri);
  return Fn.join('/', [...[3, 4, 5, 6, 7].map(level => Fn.select(level, levels)), '']);
}

if (require.main === module) { integTest(new App()); }
