import { ServiceError, type BucketConfiguration, type Clock, type S3, type StoredObject } from '../../core';
import { checkPolicyDocument, checkRolePrincipals } from '../iam/policy-documents';

interface Bucket {
  configuration: BucketConfiguration;
  readonly objects: Map<string, StoredObject>;
  /** keys with older versions or a delete marker, which is all that is kept of these */
  readonly olderVersions: Set<string>;
}

/** Buckets and objects, in memory. */
export class S3Store implements S3 {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Clock, private readonly hasRole: (arn: string) => boolean) {}

  public createBucket(name: string, configuration: BucketConfiguration): void {
    if (this.buckets.has(name)) {
      throw new ServiceError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', 409);
    }
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) {
      throw new ServiceError('InvalidBucketName', `The specified bucket is not valid: ${name}`);
    }
    this.checkPolicy(configuration.policy);
    this.buckets.set(name, { configuration: { ...configuration }, objects: new Map(), olderVersions: new Set() });
  }

  public updateBucket(name: string, configuration: Partial<BucketConfiguration>): void {
    this.checkPolicy(configuration.policy);
    const bucket = this.get(name);
    bucket.configuration = { ...bucket.configuration, ...configuration };
  }

  public deleteBucket(name: string): void {
    const { objects, olderVersions } = this.get(name);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html: all object versions and delete markers must be gone
    if (objects.size + olderVersions.size > 0) {
      const versions = objects.size === 0 ? '. You must delete all versions in the bucket.' : '';
      throw new ServiceError('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, 409);
    }
    this.buckets.delete(name);
  }

  public bucket(name: string): BucketConfiguration | undefined {
    return this.buckets.get(name)?.configuration;
  }

  /** In the order of their keys, as S3 lists them. */
  public objects(bucket: string): StoredObject[] {
    return [...this.get(bucket).objects.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  public olderVersions(bucket: string): string[] {
    return [...this.get(bucket).olderVersions];
  }

  public putObject(bucket: string, key: string, body: Buffer, kmsKeyArn?: string): void {
    const { objects, configuration } = this.get(bucket);
    this.keepVersion(bucket, key);
    objects.set(key, { key, body, lastModified: new Date(this.clock.now()), kmsKeyArn: kmsKeyArn ?? configuration.kmsKeyArn });
  }

  public getObject(bucket: string, key: string): StoredObject | undefined {
    return this.get(bucket).objects.get(key);
  }

  /** A versioned bucket still has what it had before. */
  public deleteObject(bucket: string, key: string): void {
    this.keepVersion(bucket, key);
    this.get(bucket).objects.delete(key);
  }

  /** For good, with all its versions. */
  public deleteVersions(bucket: string, key: string): void {
    const { objects, olderVersions } = this.get(bucket);
    objects.delete(key);
    olderVersions.delete(key);
  }

  private keepVersion(bucket: string, key: string): void {
    const { objects, olderVersions, configuration } = this.get(bucket);
    if (configuration.versioned && objects.has(key)) {
      olderVersions.add(key);
    }
  }

  private get(name: string): Bucket {
    const bucket = this.buckets.get(name);
    if (!bucket) {
      throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
    }
    return bucket;
  }

  private checkPolicy(policy: object | undefined): void {
    if (policy) {
      checkPolicyDocument(policy);
      checkRolePrincipals(policy, this.hasRole);
    }
  }
}
