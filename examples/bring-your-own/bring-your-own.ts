import { App, CfnOutput, Duration, RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, ExportDestination, IngestionMode } from 'cdk-personalize-dataset-export';

const app = new App();
const stack = new Stack(app, 'BringYourOwn');

const encryptionKey = new kms.Key(stack, 'Key', { enableKeyRotation: true });
const role = new iam.Role(stack, 'Role', {
  path: '/personalize/',
  assumedBy: new iam.ServicePrincipal('personalize.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
  }),
});

// cdk deploy -c bucket=my-bucket uses an existing bucket. This app cannot change its policy: a warning contains the statements to add.
const existing: string | undefined = app.node.tryGetContext('bucket');
const bucket = existing !== undefined
  ? s3.Bucket.fromBucketName(stack, 'Bucket', existing)
  : new s3.Bucket(stack, 'Bucket', {
    encryptionKey,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    lifecycleRules: [{ transitions: [{ storageClass: s3.StorageClass.INFREQUENT_ACCESS, transitionAfter: Duration.days(30) }] }],
    removalPolicy: RemovalPolicy.RETAIN,
  });

// adds the permissions that Personalize needs to the policies of the bucket, the key and the role
const destination = new ExportDestination(stack, 'Exports', { bucket, encryptionKey, role, prefix: 'personalize/' });
const dataset = Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({
  service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
}));
const job = new DatasetExportJob(stack, 'Export', { dataset, destination, ingestionMode: IngestionMode.ALL });

new CfnOutput(stack, 'OutputUri', { value: job.outputUri });
