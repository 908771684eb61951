import type { BucketCall, BucketHandler } from './bucket-call';
import { deleteObjects } from './deletion';
import { listObjects, listVersions } from './listing';
import { s3Route, type ObjectAddress } from './route';
import { etag, type StoredObject } from './store';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Api, type ApiResponse } from '../../core';
import type { Operation } from '../../protocols/protocol';
import { jsonResponse, RestXmlApi, restXmlResponse } from '../../protocols/rest';

/** What the CDK CLI, the SDKs and CDK's own custom resources need of S3. */
const HANDLERS: Readonly<Record<string, BucketHandler>> = {
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

  ListObjectsV2: listObjects,
  ListObjectVersions: listVersions,

  PutBucketPolicy: async ({ authorize, s3, bucket, request: { body } }) => {
    await authorize('s3:PutBucketPolicy');
    await s3.putPolicy(bucket, policyIn(body));
    return { status: 204 };
  },

  GetBucketTagging: async ({ authorize, configuration: { tags = [] } }) => {
    await authorize('s3:GetBucketTagging');
    if (tags.length === 0) { throw new ServiceError('NoSuchTagSet', 'The TagSet does not exist', 404); }
    return restXmlResponse('Tagging', { TagSet: { Tag: tags } });
  },

  GetObject: async call => {
    const object = await readable(call);
    return part(object, call.request.headers.range);
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

  DeleteObjects: deleteObjects,
};

export const s3Api: Api = new RestXmlApi('s3', s3Route, Object.fromEntries(Object.entries(HANDLERS).map(([name, handler]) => [name, onBucket(handler)])));

function onBucket(handler: BucketHandler): Operation<ObjectAddress, ApiResponse> {
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

function policyIn(body: Buffer): object {
  try {
    return JSON.parse(body.toString('utf8')) as object;
  } catch {
    throw new ServiceError('MalformedPolicy', 'Policies must be valid JSON and the first byte must be \'{\'');
  }
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

/** One range of bytes, or everything: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
function part(object: StoredObject, range: string | undefined): ApiResponse {
  if (range === undefined) { return { status: 200, headers: objectHeaders(object), body: object.body }; }
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (first === undefined || Number(first) > Number(last)) { throw new NotSupportedError(`the range ${range} of an object`); }
  if (Number(first) >= object.body.length) { throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416); }
  const body = object.body.subarray(Number(first), Number(last) + 1);
  const contentRange = `bytes ${first}-${Number(first) + body.length - 1}/${object.body.length}`;
  return { status: 206, headers: { ...objectHeaders(object), 'content-range': contentRange }, body };
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
