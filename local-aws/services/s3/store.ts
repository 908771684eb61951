import { createHash } from 'crypto';
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
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
}

export interface StoredObject {
  readonly key: string;
  readonly body: Buffer;
  readonly lastModified: Date;
  readonly kmsKeyArn?: string;
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
  readonly lastModified: Date;
  /** undefined: a delete marker */
  readonly object?: StoredObject;
}

interface Bucket {
  readonly configuration: Eventual<BucketConfiguration>;
  /** by key; the newest is the first */
  readonly versions: Map<string, readonly ObjectVersion[]>;
  /** Once it has been, versioning can only be suspended: https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html */
  wasVersioned: boolean;
}

/** The version of an object that was put while its bucket was not versioned. */
const NULL_VERSION = 'null';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const NO_BUCKET_NAME = /\.\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3)$/;

/** Buckets and objects. Whoever uses them asks IAM, with the bucket's policy as resource policy. */
export class S3Store {
  private readonly buckets = new Map<string, Bucket>();
  private versionCount = 0;

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
    this.buckets.set(name, { configuration: eventual, versions: new Map(), wasVersioned: configuration.versioned === true });
  }

  public updateBucket(name: string, change: BucketConfiguration): void {
    this.checkPolicy(change);
    const bucket = this.existing(name);
    bucket.configuration.set({ ...bucket.configuration.latest, ...change });
    bucket.wasVersioned ||= change.versioned === true;
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
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html: all object versions and delete markers must be gone
    if (this.versions(name).length > 0) {
      const versions = this.objects(name).length === 0 ? '. You must delete all versions in the bucket.' : '';
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
    return this.inOrder(bucket).map(([newest]) => newest.object).filter(object => object !== undefined);
  }

  /** With delete markers; those of a key from the newest to the oldest. */
  public versions(bucket: string): ObjectVersion[] {
    return this.inOrder(bucket).flat();
  }

  public putObject(bucket: string, key: string, body: Buffer, kmsKeyArn = this.bucket(bucket)?.kmsKeyArn): void {
    checkQuota('s3Key', sizeOf('s3Key', key), () => 'Your key is too long');
    this.addVersion(bucket, key, { key, body, lastModified: new Date(this.world.clock.now()), kmsKeyArn });
  }

  public getObject(bucket: string, key: string): StoredObject | undefined {
    return this.existing(bucket).versions.get(key)?.[0].object;
  }

  /**
   * Where the bucket is or was versioned, a delete marker takes the object's place.
   *
   * @returns the marker
   */
  public deleteObject(bucket: string, key: string): ObjectVersion | undefined {
    if (this.existing(bucket).wasVersioned) { return this.addVersion(bucket, key); }
    this.existing(bucket).versions.delete(key);
    return undefined;
  }

  /** @returns what is deleted */
  public deleteVersion(bucket: string, key: string, versionId: string): ObjectVersion | undefined {
    const { versions } = this.existing(bucket);
    const all = versions.get(key) ?? [];
    const others = all.filter(version => version.versionId !== versionId);
    if (others.length > 0) { versions.set(key, others); } else { versions.delete(key); }
    return all.find(version => version.versionId === versionId);
  }

  private addVersion(bucket: string, key: string, object?: StoredObject): ObjectVersion {
    const { versions, configuration } = this.existing(bucket);
    const versionId = configuration.latest?.versioned ? `version-${++this.versionCount}` : NULL_VERSION;
    const added = { key, versionId, lastModified: new Date(this.world.clock.now()), object };
    versions.set(key, [added, ...(versions.get(key) ?? []).filter(version => version.versionId !== versionId)]);
    return added;
  }

  private inOrder(bucket: string): (readonly ObjectVersion[])[] {
    const { versions } = this.existing(bucket);
    return [...versions].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map(([, ofKey]) => ofKey);
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

export function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
