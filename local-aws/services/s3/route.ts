import type { ApiRequest } from '../../core';
import type { Route } from '../../protocols/rest';

export interface ObjectAddress {
  readonly bucket: string;
  /** empty for operations on buckets */
  readonly key: string;
}

/** Subresources in the query that make a GET on a bucket another operation. */
const BUCKET_GET: Readonly<Record<string, string>> = {
  encryption: 'GetBucketEncryption', location: 'GetBucketLocation', policy: 'GetBucketPolicy', tagging: 'GetBucketTagging', versions: 'ListObjectVersions',
};
const OBJECT_SUBRESOURCES = ['uploads', 'uploadId', 'acl', 'tagging', 'attributes', 'versionId', 'restore', 'torrent', 'retention', 'legal-hold'];

/** Path-style requests. */
export const s3Route: Route<ObjectAddress> = request => {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
  const operation = bucket === '' ? undefined : key === '' ? bucketOperation(request) : objectOperation(request);
  return { operation, parameters: { bucket, key } };
};

function bucketOperation({ method, query }: ApiRequest): string | undefined {
  switch (method) {
    case 'HEAD': return 'HeadBucket';
    case 'PUT': return query.has('policy') ? 'PutBucketPolicy' : undefined;
    case 'POST': return query.has('delete') ? 'DeleteObjects' : undefined;
    case 'GET': {
      const subresource = Object.keys(BUCKET_GET).find(name => query.has(name));
      return query.get('list-type') === '2' ? 'ListObjectsV2' : subresource && BUCKET_GET[subresource];
    }
    default: return undefined;
  }
}

function objectOperation({ method, query, headers }: ApiRequest): string | undefined {
  if (OBJECT_SUBRESOURCES.some(name => query.has(name)) || headers['x-amz-copy-source'] || (headers.range && method !== 'GET')) { return undefined; }
  return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method];
}
