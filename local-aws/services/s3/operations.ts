import { NotSupportedError, type ApiRequest } from '../../core';

/** Sub-resources in the query that make an operation another one; those without a name here are not supported. */
const BUCKET_GET: Record<string, string> = {
  encryption: 'GetBucketEncryption', location: 'GetBucketLocation', policy: 'GetBucketPolicy', versions: 'ListObjectVersions',
};

/** Bucket and key of a path-style request. */
export function bucketAndKey(path: string): { bucket: string; key: string } {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return { bucket, key };
}

/** S3 has no operation names on the wire: method, path and query tell. */
export function s3Operation(request: ApiRequest): string {
  const { bucket, key } = bucketAndKey(request.path);
  const name = bucket === '' ? undefined : key === '' ? bucketOperation(request) : objectOperation(request);
  if (!name) {
    throw new NotSupportedError(`the S3 request ${request.method} ${request.path}?${request.query}`);
  }
  return name;
}

function bucketOperation({ method, query }: ApiRequest): string | undefined {
  switch (method) {
    case 'HEAD': return 'HeadBucket';
    case 'POST': return query.has('delete') ? 'DeleteObjects' : undefined;
    case 'GET': {
      if (query.get('list-type') === '2') {return 'ListObjectsV2';}
      const subResource = Object.keys(BUCKET_GET).find(name => query.has(name));
      return subResource && BUCKET_GET[subResource];
    }
    default: return undefined;
  }
}

function objectOperation({ method, query, headers }: ApiRequest): string | undefined {
  const special = ['uploads', 'uploadId', 'acl', 'tagging', 'attributes', 'versionId', 'restore', 'torrent', 'retention', 'legal-hold']
    .some(name => query.has(name));
  if (special || headers['x-amz-copy-source'] || headers.range) {
    return undefined;
  }
  return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method];
}
