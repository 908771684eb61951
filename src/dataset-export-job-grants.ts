import { aws_iam as iam } from 'aws-cdk-lib';
import { IDependable } from 'constructs';
import { ExportDestination } from './export-destination';

/**
 * Grants on the objects that export jobs have written.
 *
 * If the job name is generated, they cover the exports of all deployments of the construct, and no other construct's; those of a workflow
 * cover the exports of all its runs.
 */
export class DatasetExportJobGrants {
  /**
   * Grants on the objects in the folders of these jobs.
   *
   * @internal
   */
  public static _fromDestination(destination: ExportDestination, jobNamePattern: string): DatasetExportJobGrants {
    return new DatasetExportJobGrants(destination, `${destination.prefix}${jobNamePattern}/`);
  }

  private constructor(private readonly destination: ExportDestination, private readonly keyPrefix: string) {}

  /**
   * Lets a principal list, read and decrypt the exported objects.
   *
   * @param grantee the principal
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    const { encryptionKey } = this.destination;
    const grant = this.onObjects(grantee, 's3:GetObject').combine(this.list(grantee));
    return encryptionKey ? grant.combine(encryptionKey.grantDecrypt(grantee)) : grant;
  }

  /**
   * Lets a principal list the exported objects.
   *
   * @param grantee the principal
   */
  public list(grantee: iam.IGrantable): iam.Grant {
    const { bucket } = this.destination;
    return iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [bucket.bucketArn],
      resource: bucket,
      conditions: { StringLike: { 's3:prefix': `${this.keyPrefix}*` } },
    });
  }

  /**
   * Lets a principal list and delete the exported objects, such as the role of a retention job.
   *
   * In a versioned bucket, S3 keeps deleted objects as noncurrent versions: in the library's own bucket, until `expiration` removes them.
   *
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
   * @param grantee the principal
   */
  public delete(grantee: iam.IGrantable): iam.Grant {
    return this.onObjects(grantee, 's3:DeleteObject').combine(this.list(grantee));
  }

  /**
   * Lets Personalize import the exported objects, with a service role that is passed to CreateDatasetImportJob.
   *
   * Changes the policies of the role, the bucket and the key. For an imported bucket or key, and a role that cannot be changed, a warning at
   * synthesis contains the statements to add.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
   * @param role the service role of the import
   * @returns the changed policies: what an import must depend on
   */
  public import(role: iam.IRole): IDependable {
    return this.destination._grantImport(role, `${this.keyPrefix}*`);
  }

  private onObjects(grantee: iam.IGrantable, action: string): iam.Grant {
    const { bucket } = this.destination;
    return iam.Grant.addToPrincipalOrResource({
      grantee, actions: [action], resourceArns: [bucket.arnForObjects(`${this.keyPrefix}*`)], resource: bucket,
    });
  }
}
