import { createHash } from 'crypto';
import { XMLParser } from 'fast-xml-parser';
import { s3Route, type ObjectAddress } from './route';
import type { BucketConfiguration, S3Store, StoredObject } from './store';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Api, type ApiRequest, type ApiResponse } from '../../core';
import type { Operation } from '../../protocols/protocol';
import { jsonResponse, RestXmlApi, restXmlResponse } from '../../protocols/rest';

/** A call on a bucket that exists. */
interface BucketCall extends ObjectAddress {
  readonly s3: S3Store;
  readonly region: string;
  readonly request: ApiRequest;
  readonly configuration: BucketConfiguration;
  /** `key`: of an object; without it, the action is on the bucket */
  readonly authorize: (action: string, key?: string, context?: Record<string, string>) => Promise<void>;
  readonly authorizeKey: (action: string, keyArn: string) => Promise<void>;
}

type Handler = (call: BucketCall) => Promise<ApiResponse>;

/** What the CDK CLI, the SDKs and CDK's own custom resources need of S3. */
const HANDLERS: Readonly<Record<string, Handler>> = {
  HeadBucket: async ({ authorize, region }) => {
    await authorize('s3:ListBucket');
    return { status: 200, headers: { 'x-amz-bucket-region': region } };
  },

  GetBucketLocation: async ({ authorize, region }) => {
    await authorize('s3:GetBucketLocation');
    // us-east-1 has no location constraint
    return restXmlResponse('LocationConstraint', region === 'us-east-1' ? '' : region);
  },

  GetBucketEncryption: async ({ authorize, configuration: { kmsKeyArn } }) => {
    await authorize('s3:GetEncryptionConfiguration');
    const byDefault = kmsKeyArn ? { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: kmsKeyArn } : { SSEAlgorithm: 'AES256' };
    return restXmlResponse('ServerSideEncryptionConfiguration', { Rule: { ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: 'false' } });
  },

  GetBucketPolicy: async ({ authorize, configuration: { policy } }) => {
    await authorize('s3:GetBucketPolicy');
    return jsonResponse(found(policy, () => new ServiceError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404)));
  },

  ListObjectsV2: async ({ authorize, s3, bucket, request: { query } }) => {
    const prefix = query.get('prefix') ?? '';
    const delimiter = query.get('delimiter') ?? '';
    const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
    const limit = Number(query.get('max-keys') ?? 1000);
    await authorize('s3:ListBucket', undefined, { 's3:prefix': prefix, 's3:max-keys': String(limit), ...delimiter && { 's3:delimiter': delimiter } });

    const matching = s3.objects(bucket).filter(({ key }) => key.startsWith(prefix));
    // objects below a delimiter are listed, and counted, as their common prefix
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
      ...truncated && { NextContinuationToken: [...page].at(-1) },
      Contents: contents.map(listed),
      CommonPrefixes: prefixes.map(name => ({ Prefix: name })),
    });
  },

  ListObjectVersions: async ({ authorize, s3, bucket, request }) => {
    await authorize('s3:ListBucketVersions');
    const prefix = request.query.get('prefix') ?? '';
    const versions = s3.objects(bucket).filter(({ key }) => key.startsWith(prefix));
    const older = s3.olderVersions(bucket).filter(key => key.startsWith(prefix));
    return restXmlResponse('ListVersionsResult', {
      Name: bucket,
      Prefix: prefix,
      IsTruncated: 'false',
      Version: versions.map(object => ({ ...listed(object), VersionId: 'null', IsLatest: 'true' })),
      DeleteMarker: older.map(key => ({ Key: key, VersionId: 'older', IsLatest: String(!versions.some(object => object.key === key)) })),
    });
  },

  GetObject: async call => {
    const object = await readable(call);
    return { status: 200, headers: objectHeaders(object), body: object.body };
  },

  HeadObject: async call => {
    const object = await readable(call);
    return { status: 200, headers: { ...objectHeaders(object), 'content-length': String(object.body.length) } };
  },

  PutObject: async ({ authorize, authorizeKey, s3, bucket, key, configuration, request: { headers, body } }) => {
    const sse = headers['x-amz-server-side-encryption'];
    const keyId = headers['x-amz-server-side-encryption-aws-kms-key-id'];
    if (sse === 'aws:kms' && !keyId?.startsWith('arn:')) {
      throw new NotSupportedError('PutObject with SSE-KMS but without the key\'s ARN (the AWS managed key)');
    }
    const kmsKeyArn = sse === undefined ? configuration.kmsKeyArn : sse === 'aws:kms' ? keyId : undefined;
    await authorize('s3:PutObject', key, {
      ...sse && { 's3:x-amz-server-side-encryption': sse },
      ...keyId && { 's3:x-amz-server-side-encryption-aws-kms-key-id': keyId },
    });
    if (kmsKeyArn) { await authorizeKey('kms:GenerateDataKey', kmsKeyArn); }
    s3.putObject(bucket, key, Buffer.from(body), kmsKeyArn);
    return { status: 200, headers: { etag: etag(body), ...encryptionHeaders(kmsKeyArn) } };
  },

  DeleteObject: async ({ authorize, s3, bucket, key }) => {
    await authorize('s3:DeleteObject', key);
    s3.deleteObject(bucket, key);
    return { status: 204 };
  },

  DeleteObjects: async ({ authorize, s3, bucket, request }) => {
    const parser = new XMLParser({ parseTagValue: false, isArray: name => name === 'Object' });
    const parsed = parser.parse(request.body.toString('utf8')) as { Delete?: { Object?: { Key: string; VersionId?: string }[] } };
    const objects = parsed.Delete?.Object ?? [];
    for (const { Key, VersionId } of objects) {
      if (VersionId === undefined) {
        await authorize('s3:DeleteObject', Key);
        s3.deleteObject(bucket, Key);
      } else {
        await authorize('s3:DeleteObjectVersion', Key);
        s3.deleteVersions(bucket, Key);
      }
    }
    return restXmlResponse('DeleteResult', { Deleted: objects.map(({ Key }) => ({ Key })) });
  },
};

export const s3Api: Api = new RestXmlApi('s3', s3Route, Object.fromEntries(Object.entries(HANDLERS).map(([name, handler]) => [name, onBucket(handler)])));

function onBucket(handler: Handler): Operation<ObjectAddress, ApiResponse> {
  return async ({ parameters: { bucket, key }, request, authorize }, { s3, kms, region }) => {
    const owner = request.headers['x-amz-expected-bucket-owner'];
    if (owner !== undefined && owner !== ACCOUNT) { throw new ServiceError('AccessDenied', 'Access Denied', 403); }
    const configuration = found(s3.bucket(bucket), () => new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404));
    return handler({
      s3,
      region,
      bucket,
      key,
      request,
      configuration,
      authorize: (action, objectKey, context) => authorize(`arn:aws:s3:::${bucket}${objectKey === undefined ? '' : `/${objectKey}`}`, {
        action, context, resourcePolicy: configuration.policy,
      }),
      authorizeKey: async (action, keyArn) => {
        const resourcePolicy = found(kms.keyPolicy(keyArn), () => (
          new ServiceError('KMS.DisabledException', `${keyArn} does not exist or is pending deletion.`)));
        await authorize(keyArn, { action, context: { 'kms:ViaService': `s3.${region}.amazonaws.com`, 'kms:CallerAccount': ACCOUNT }, resourcePolicy });
      },
    });
  };
}

/** Without permission to list the bucket, a missing object looks like a forbidden one. */
async function readable({ authorize, authorizeKey, s3, bucket, key }: BucketCall): Promise<StoredObject> {
  await authorize('s3:GetObject', key);
  const object = s3.getObject(bucket, key);
  if (!object) {
    await authorize('s3:ListBucket');
    throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404);
  }
  if (object.kmsKeyArn) { await authorizeKey('kms:Decrypt', object.kmsKeyArn); }
  return object;
}

function listed({ key, lastModified, body }: StoredObject): Record<string, string> {
  return { Key: key, LastModified: lastModified.toISOString(), ETag: etag(body), Size: String(body.length), StorageClass: 'STANDARD' };
}

function objectHeaders({ body, lastModified, kmsKeyArn }: StoredObject): Record<string, string> {
  return {
    'content-type': 'application/octet-stream', 'last-modified': lastModified.toUTCString(), 'etag': etag(body), ...encryptionHeaders(kmsKeyArn),
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
