import { RemovalPolicy, Stack, aws_iam as iam, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** Bucket, key and role as in the Personalize developer guide: the same five resources as the library's ExportDestination, so that they make no difference. */
export class PeerDestination extends Construct {
  public readonly bucket: s3.Bucket;
  public readonly key: kms.Key;
  public readonly role: iam.Role;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', { enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN });
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const personalize = new iam.ServicePrincipal('personalize.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
    });
    this.role = new iam.Role(this, 'Role', { assumedBy: personalize });
    const service = new iam.ServicePrincipal('personalize.amazonaws.com');
    for (const [actions, resource] of [[['s3:ListBucket'], this.bucket.bucketArn], [['s3:PutObject'], this.bucket.arnForObjects('*')]] as const) {
      this.role.addToPolicy(new iam.PolicyStatement({ actions: [...actions], resources: [resource] }));
      this.bucket.addToResourcePolicy(new iam.PolicyStatement({ actions: [...actions], resources: [resource], principals: [service] }));
    }
    const keyActions = ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:ListGrants'];
    this.role.addToPolicy(new iam.PolicyStatement({ actions: keyActions, resources: [this.key.keyArn] }));
    this.key.addToResourcePolicy(new iam.PolicyStatement({
      actions: [...keyActions, 'kms:CreateGrant'], resources: ['*'], principals: [service, this.role],
    }));
  }

  /** The permissions to start a job. */
  public startStatements(datasetArn: string, jobName: string): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({ actions: ['personalize:CreateDatasetExportJob'], resources: [datasetArn, this.jobArn(jobName)] }),
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [this.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'personalize.amazonaws.com' } },
      }),
    ];
  }

  public jobArn(jobName: string): string {
    return Stack.of(this).formatArn({ service: 'personalize', resource: 'dataset-export-job', resourceName: jobName });
  }

  /** The parameters of CreateDatasetExportJob. */
  public request(datasetArn: string, jobName: string) {
    return {
      jobName,
      datasetArn,
      ingestionMode: 'ALL',
      roleArn: this.role.roleArn,
      jobOutput: { s3DataDestination: { path: `s3://${this.bucket.bucketName}/${jobName}/`, kmsKeyArn: this.key.keyArn } },
    };
  }
}
