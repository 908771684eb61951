import { aws_iam as iam } from 'aws-cdk-lib';
import { ExportDestination } from './export-destination';

/**
 * Grants on what an export job has written.
 */
export class DatasetExportJobGrants {
  /**
   * Grants on the objects below a path of a destination.
   *
   * @internal
   */
  public static _fromDestination(destination: ExportDestination, jobNamePattern: string): DatasetExportJobGrants {
    return new DatasetExportJobGrants(destination, `${destination.prefix}${jobNamePattern}/`);
  }

  private constructor(private readonly destination: ExportDestination, private readonly keyPrefix: string) {}

  /**
   * Let a principal read the exported objects, list them, and decrypt them.
   *
   * With a generated job name, that covers the present export and those of earlier and later deployments of the same
   * construct, and no other job's.
   *
   * @param grantee who may read
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
