import { aws_iam as iam } from 'aws-cdk-lib';
import { IDependable } from 'constructs';
import { DATE_PATTERN, exportFolder } from './contract/export-folder';
import { ExportDestination } from './export-destination';
import { DatasetNames } from './private/dataset-arn';
import { PolicyAdditions } from './private/policies/policy-additions';

/**
 * Grants on the objects that export jobs have written.
 *
 * If the job name is generated, they cover the exports of all deployments of the construct, and no other construct's; those of a workflow
 * cover the exports of all its runs.
 *
 * For a role that cannot be changed, and for an imported bucket or key that would have to allow a principal without policies of its own, a
 * warning at synthesis contains the statements to add.
 */
export class DatasetExportJobGrants {
  /**
   * Grants on the objects in the folders of these jobs, whenever they were created.
   *
   * @internal
   */
  public static _fromDestination(destination: ExportDestination, jobs: DatasetNames & { readonly jobName: string }): DatasetExportJobGrants {
    return new DatasetExportJobGrants(destination, `${destination.prefix}${exportFolder({ ...jobs, date: DATE_PATTERN })}`);
  }

  private readonly additions: PolicyAdditions;

  private constructor(private readonly destination: ExportDestination, private readonly keyPrefix: string) {
    this.additions = new PolicyAdditions(destination, {
      otherwise: 'the principal gets no access',
      steps: () => ({ first: `deploy ${destination.node.path}`, then: 'use the exports' }),
    });
  }

  /**
   * Lets a principal list, read and decrypt the exported objects.
   *
   * @param grantee the principal
   */
  public read(grantee: iam.IGrantable): iam.Grant {
    const { encryptionKey } = this.destination;
    const grant = this.onObjects(grantee, 's3:GetObject').combine(this.list(grantee));
    if (!encryptionKey) { return grant; }
    const ofKey = encryptionKey.grantDecrypt(grantee);
    this.additions.afterGrant(ofKey, grantee, new iam.PolicyStatement({ actions: ['kms:Decrypt'], resources: [encryptionKey.keyArn] }), encryptionKey);
    return grant.combine(ofKey);
  }

  /**
   * Lets a principal list the exported objects.
   *
   * @param grantee the principal
   */
  public list(grantee: iam.IGrantable): iam.Grant {
    return this.onBucket(grantee, 's3:ListBucket', this.destination.bucket.bucketArn, { StringLike: { 's3:prefix': `${this.keyPrefix}*` } });
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
   * Changes the policies of the role, the bucket and the key. For all that cannot be changed, warnings at synthesis contain the statements.
   *
   * @see https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-s3-access.html
   * @param role the service role of the import
   * @returns the changed policies: what an import must depend on
   */
  public import(role: iam.IRole): IDependable {
    return this.destination._grantImport(role, `${this.keyPrefix}*`);
  }

  private onObjects(grantee: iam.IGrantable, action: string): iam.Grant {
    return this.onBucket(grantee, action, this.destination.bucket.arnForObjects(`${this.keyPrefix}*`));
  }

  private onBucket(grantee: iam.IGrantable, action: string, arn: string, conditions?: Record<string, Record<string, unknown>>): iam.Grant {
    const { bucket } = this.destination;
    const [actions, resources] = [[action], [arn]];
    const grant = iam.Grant.addToPrincipalOrResource({ grantee, actions, resourceArns: resources, resource: bucket, conditions });
    // older CDK versions leave the conditions out of the bucket's policy: another account could list the whole bucket
    if (conditions) { grant.resourceStatement?.addConditions(conditions); }
    this.additions.afterGrant(grant, grantee, new iam.PolicyStatement({ actions, resources, conditions }), bucket);
    return grant;
  }
}
