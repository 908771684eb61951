import { createHash } from 'node:crypto';
import { XMLParser } from 'fast-xml-parser';
import { bucketAndKey, s3Operation } from './operations';
import type { S3Store } from './store';
import {
  ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type BucketConfiguration, type Iam, type Kms, type Service,
  type StoredObject,
} from '../../core';
import { restXmlError, restXmlResponse } from '../../protocols/rest-xml';
import { principalOf } from '../iam/principal';

type Handler = (request: ApiRequest, bucket: string, key: string) => Promise<ApiResponse>;

/** The S3 API, path-style: what the CDK CLI, the SDKs and CDK's own custom resources need of it. */
export class S3Service implements Service {
  public readonly signingName = 's3';
  private readonly handlers: Record<string, Handler> = {
    HeadBucket: async (request, bucket) => {
      await this.authorize(request, 's3:ListBucket', bucket);
      return { status: 200, headers: { 'x-amz-bucket-region': request.region } };
    },
    GetBucketLocation: async (request, bucket) => {
      await this.authorize(request, 's3:GetBucketLocation', bucket);
      // us-east-1 is the unnamed one
      return restXmlResponse('LocationConstraint', request.region === 'us-east-1' ? '' : request.region);
    },
    GetBucketEncryption: async (request, bucket) => {
      await this.authorize(request, 's3:GetEncryptionConfiguration', bucket);
      const { kmsKeyArn } = this.bucket(bucket);
      const byDefault = kmsKeyArn ? { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn } : { SSEAlgorithm: 'AES256' };
      return restXmlResponse('ServerSideEncryptionConfiguration', { Rule: { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: 'false' } });
    },
    GetBucketPolicy: async (request, bucket) => {
      await this.authorize(request, 's3:GetBucketPolicy', bucket);
      const { policy } = this.bucket(bucket);
      if (!policy) {
        throw new ServiceError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
      }
      return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(policy) };
    },
    ListObjectsV2: async (request, bucket) => this.list(request, bucket),
    ListObjectVersions: async (request, bucket) => {
      await this.authorize(request, 's3:ListBucketVersions', bucket);
      const prefix = request.query.get('prefix') ?? '';
      const versions = this.store.objects(bucket).filter(({ key }) => key.startsWith(prefix));
      // older versions are not kept, but that there were some
      const older = this.store.olderVersions(bucket).filter(key => key.startsWith(prefix));
      return restXmlResponse('ListVersionsResult', {
        Name: bucket,
        Prefix: prefix,
        IsTruncated: 'false',
        Version: versions.map(object => ({ ...listed(object), VersionId: 'null', IsLatest: 'true' })),
        DeleteMarker: older.map(key => ({ Key: key, VersionId: 'older', IsLatest: String(!versions.some(object => object.key === key)) })),
      });
    },
    GetObject: async (request, bucket, key) => {
      const object = await this.readable(request, bucket, key);
      return { status: 200, headers: objectHeaders(object), body: object.body };
    },
    HeadObject: async (request, bucket, key) => {
      const object = await this.readable(request, bucket, key);
      return { status: 200, headers: { ...objectHeaders(object), 'content-length': String(object.body.length) } };
    },
    PutObject: async (request, bucket, key) => this.put(request, bucket, key),
    DeleteObject: async (request, bucket, key) => {
      await this.authorize(request, 's3:DeleteObject', bucket, key);
      this.store.deleteObject(bucket, key);
      return { status: 204 };
    },
    DeleteObjects: async (request, bucket) => this.deleteMany(request, bucket),
  };

  constructor(private readonly store: S3Store, private readonly iam: Iam, private readonly kms: Kms) {}

  public operation(request: ApiRequest): string {
    return s3Operation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    const { bucket, key } = bucketAndKey(request.path);
    const owner = request.headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && owner !== ACCOUNT) {
      throw new ServiceError('AccessDenied', 'Access Denied', 403);
    }
    this.bucket(bucket);
    return this.handlers[operation](request, bucket, key);
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return restXmlError(error, requestId);
  }

  private async list(request: ApiRequest, bucket: string): Promise<ApiResponse> {
    const { query } = request;
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const limit = Number(query.get('max-keys') ?? 1000);
    const named = { 's3:prefix': prefix, 's3:max-keys': String(limit), ...(delimiter && { 's3:delimiter': delimiter }) };
    await this.authorize(request, 's3:ListBucket', bucket, undefined, named);

    const matching = this.store.objects(bucket).filter(({ key }) => key.startsWith(prefix));
    // below a delimiter only the common prefix is listed; the name that an object is listed under decides about paging as well
    const listedAs = ({ key }: StoredObject): string => {
      const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
      return end < 0 ? key : key.slice(0, end + delimiter.length);
    };
    const names = [...new Set(matching.map(listedAs))].filter(name => name > after);
    const page = new Set(names.slice(0, limit));
    const contents = matching.filter(object => page.has(object.key) && listedAs(object) === object.key);
    const prefixes = [...page].filter(name => !contents.some(({ key }) => key === name));
    const truncated = names.length > page.size;
    return restXmlResponse('ListBucketResult', {
      Name: bucket,
      Prefix: prefix,
      KeyCount: String(page.size),
      MaxKeys: String(limit),
      IsTruncated: String(truncated),
      ...(truncated && { NextContinuationToken: [...page].at(-1) }),
      Contents: contents.map(listed),
      CommonPrefixes: prefixes.map(name => ({ Prefix: name })),
    });
  }

  private async put(request: ApiRequest, bucket: string, key: string): Promise<ApiResponse> {
    const { headers } = request;
    const sse = headers['x-amz-server-side-encryption'];
    const keyId = headers['x-amz-server-side-encryption-aws-kms-key-id'];
    if (sse === 'aws:kms' && !keyId?.startsWith('arn:')) {
      throw new NotSupportedError('PutObject with SSE-KMS but without the key\'s ARN (the AWS managed key)');
    }
    const kmsKeyArn = sse === undefined ? this.bucket(bucket).kmsKeyArn : sse === 'aws:kms' ? keyId : undefined;
    await this.authorize(request, 's3:PutObject', bucket, key, {
      ...(sse && { 's3:x-amz-server-side-encryption': sse }),
      ...(keyId && { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyId }),
    });
    if (kmsKeyArn) {
      await this.authorizeKey(request, 'kms:GenerateDataKey', kmsKeyArn);
    }
    this.store.putObject(bucket, key, Buffer.from(request.body), kmsKeyArn);
    return { status: 200, headers: { etag: etag(request.body), ...encryptionHeaders(kmsKeyArn) } };
  }

  private async deleteMany(request: ApiRequest, bucket: string): Promise<ApiResponse> {
    const parser = new XMLParser({ parseTagValue: false, isArray: name => name === 'Object' });
    const parsed = parser.parse(request.body.toString('utf8')) as { Delete?: { Object?: { Key: string; VersionId?: string }[] } };
    const deleted = [];
    for (const { Key, VersionId } of parsed.Delete?.Object ?? []) {
      if (VersionId === undefined) {
        await this.authorize(request, 's3:DeleteObject', bucket, Key);
        this.store.deleteObject(bucket, Key);
      } else {
        await this.authorize(request, 's3:DeleteObjectVersion', bucket, Key);
        this.store.deleteVersions(bucket, Key);
      }
      deleted.push({ Key });
    }
    return restXmlResponse('DeleteResult', { Deleted: deleted });
  }

  /** The object, if the caller may read it; without leave to list, a missing object looks like a forbidden one. */
  private async readable(request: ApiRequest, bucket: string, key: string): Promise<StoredObject> {
    await this.authorize(request, 's3:GetObject', bucket, key);
    const object = this.store.getObject(bucket, key);
    if (!object) {
      await this.authorize(request, 's3:ListBucket', bucket);
      throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
    }
    if (object.kmsKeyArn) {
      await this.authorizeKey(request, 'kms:Decrypt', object.kmsKeyArn);
    }
    return object;
  }

  private bucket(name: string): BucketConfiguration {
    const bucket = this.store.bucket(name);
    if (!bucket) {
      throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404);
    }
    return bucket;
  }

  private async authorize(request: ApiRequest, action: string, bucket: string, key?: string, context?: Record<string, string>): Promise<void> {
    await this.iam.authorize({
      principal: principalOf(request.caller),
      action,
      resource: `arn:aws:s3:::${bucket}${key === undefined ? '' : `/${key}`}`,
      context,
      resourcePolicy: this.bucket(bucket).policy,
    });
  }

  private async authorizeKey(request: ApiRequest, action: string, keyArn: string): Promise<void> {
    const policy = this.kms.keyPolicy(keyArn);
    if (!policy) {
      throw new ServiceError('KMS.DisabledException', `${keyArn} does not exist or is pending deletion.`);
    }
    await this.iam.authorize({
      principal: principalOf(request.caller),
      action,
      resource: keyArn,
      context: { 'kms:ViaService': `s3.${request.region}.amazonaws.com`, 'kms:CallerAccount': ACCOUNT },
      resourcePolicy: policy,
    });
  }
}

function listed(object: StoredObject): Record<string, string> {
  return {
    Key: object.key,
    LastModified: object.lastModified.toISOString(),
    ETag: etag(object.body),
    Size: String(object.body.length),
    StorageClass: 'STANDARD',
  };
}

function objectHeaders(object: StoredObject): Record<string, string> {
  return {
    'content-type': 'application/octet-stream',
    'last-modified': object.lastModified.toUTCString(),
    'etag': etag(object.body),
    ...encryptionHeaders(object.kmsKeyArn),
  };
}

function encryptionHeaders(kmsKeyArn: string | undefined): Record<string, string> {
  return kmsKeyArn
    ? { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn }
    : { 'x-amz-server-side-encryption': 'AES256' };
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
