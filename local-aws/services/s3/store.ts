import { checkBucketPolicy } from './bucket-policy';
import { isPublic } from './public-access';
import { ServiceError, found } from '../../core';
import { Eventual } from '../../eventual';
import { QUOTAS, checkQuota, isBeyond, quota, sizeOf } from '../../quotas';
import type { World } from '../../world';
import { checkResourcePolicy } from '../iam/policy-documents';

export interface BucketConfiguration {
  /** the default KMS key's ARN; undefined: SSE-S3 */
  readonly kmsKeyArn?: string;
  readonly versioned?: boolean;
  readonly policy?: object;
  /** BlockPublicPolicy is off; it is on by default */
  readonly allowsPublicPolicy?: boolean;
}

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly lastModified: Date;
  readonly kmsKeyArn?: string;
}

interface Bucket {
  readonly configuration: Eventual<BucketConfiguration>;
  readonly objects: Map<string, StoredObject>;
  /** the keys that have older versions or a delete marker; nothing else is kept of these */
  readonly olderVersions: Set<string>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NO_BUCKET_NAME = /\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3)$/;

/** Buckets and objects. Whoever uses them asks IAM, with the bucket's policy as resource policy. */
export class S3Store {
  private readonly buckets = new Map<string, Bucket>();

  constructor(private readonly world: Pick<World, 'clock' | 'iam' | 'profile'>) {}

  public createBucket(name: string, configuration: BucketConfiguration): void {
    if (this.buckets.has(name)) {
      throw new ServiceError('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded and you already own it.', 409);
    }
    const invalid = () => `The specified bucket is not valid: ${name}`;
    checkQuota('s3BucketName', name.length, invalid);
    checkQuota('s3ShortestBucketName', name.length, invalid);
    if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name) || NO_BUCKET_NAME.test(name)) { throw new ServiceError(QUOTAS.s3BucketName.error, invalid()); }
    this.checkPolicy(configuration);
    const eventual = new Eventual<BucketConfiguration>(this.world.clock, this.world.profile.bucketSeconds);
    eventual.set(configuration);
    this.buckets.set(name, { configuration: eventual, objects: new Map(), olderVersions: new Set() });
  }

  public updateBucket(name: string, change: BucketConfiguration): void {
    this.checkPolicy(change);
    const { configuration } = this.existing(name);
    configuration.set({ ...configuration.latest, ...change });
  }

  /** Refuses what S3 refuses of the policy of this bucket. */
  public async putPolicy(name: string, policy: object): Promise<void> {
    await this.world.clock.work(() => checkBucketPolicy(name, policy));
    if (!this.existing(name).configuration.latest?.allowsPublicPolicy && isPublic(policy)) {
      throw new ServiceError('AccessDenied', `Access Denied: public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access (${name})`, 403);
    }
    this.updateBucket(name, { policy });
  }

  public deleteBucket(name: string): void {
    const { objects, olderVersions } = this.existing(name);
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html: all object versions and delete markers must be gone
    if (objects.size + olderVersions.size > 0) {
      const versions = objects.size === 0 ? '. You must delete all versions in the bucket.' : '';
      throw new ServiceError('BucketNotEmpty', `The bucket you tried to delete is not empty${versions}`, 409);
    }
    this.buckets.delete(name);
  }

  /** As it is in effect; undefined if the bucket does not seem to exist. */
  public bucket(name: string): BucketConfiguration | undefined {
    return this.buckets.get(name)?.configuration.inEffect;
  }

  /** As it was set last. */
  public configurationOf(name: string): BucketConfiguration | undefined {
    return this.buckets.get(name)?.configuration.latest;
  }

  /** In the order of their keys' bytes, as S3 lists them. */
  public objects(bucket: string): StoredObject[] {
    return [...this.existing(bucket).objects.values()].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  public olderVersions(bucket: string): string[] {
    return [...this.existing(bucket).olderVersions];
  }

  public putObject(bucket: string, key: string, body: Buffer, kmsKeyArn = this.bucket(bucket)?.kmsKeyArn): void {
    checkQuota('s3Key', sizeOf('s3Key', key), () => 'Your key is too long');
    this.keepVersion(bucket, key);
    this.existing(bucket).objects.set(key, { key, body, lastModified: new Date(this.world.clock.now()), kmsKeyArn });
  }

  public getObject(bucket: string, key: string): StoredObject | undefined {
    return this.existing(bucket).objects.get(key);
  }

  /** In a versioned bucket, the object stays as an older version. */
  public deleteObject(bucket: string, key: string): void {
    this.keepVersion(bucket, key);
    this.existing(bucket).objects.delete(key);
  }

  public deleteVersions(bucket: string, key: string): void {
    const { objects, olderVersions } = this.existing(bucket);
    objects.delete(key);
    olderVersions.delete(key);
  }

  private keepVersion(bucket: string, key: string): void {
    const { objects, olderVersions, configuration } = this.existing(bucket);
    if (configuration.latest?.versioned && objects.has(key)) { olderVersions.add(key); }
  }

  private existing(name: string): Bucket {
    return found(this.buckets.get(name), () => new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404));
  }

  private checkPolicy({ policy }: BucketConfiguration): void {
    if (!policy) { return; }
    checkResourcePolicy(policy, this.world.iam, 'MalformedPolicy');
    if (isBeyond('s3BucketPolicy', sizeOf('s3BucketPolicy', JSON.stringify(policy)))) {
      throw new ServiceError('MalformedPolicy', `Policy exceeds the maximum allowed document size (${quota('s3BucketPolicy')} bytes).`);
    }
  }
}
