import { aws_iam as iam } from 'aws-cdk-lib';
import { ExportDestination } from './export-destination';

/**
 * Grants on the objects that export jobs have written.
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
   * If the job name is generated, this covers the exports of all deployments of the construct, and no other construct's.
   *
   * @param grantee the principal
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    const { bucket, encryptionKey } = this.destination;
    const objects = iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:GetObject'],
      resourceArns: [bucket.arnForObjects(`${this.keyPrefix}*`)],
      resource: bucket,
    });
    const list = iam.Grant.addToPrincipalOrResource({
      grantee,
      actions: ['s3:ListBucket'],
      resourceArns: [bucket.bucketArn],
      resource: bucket,
      conditions: { StringLike: { 's3:prefix': `${this.keyPrefix}*` } },
    });
    const grant = objects.combine(list);
    return encryptionKey ? grant.combine(encryptionKey.grantDecrypt(grantee)) : grant;
  }
}
