import type { BucketCall, BucketHandler } from './bucket-call';
import { etag, type ObjectVersion, type StoredObject } from './store';
import { NotSupportedError, ServiceError } from '../../core';
import { restXmlResponse } from '../../protocols/rest';

/** Also if a request asks for more. */
const MAX_KEYS = 1000;

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjects: BucketHandler = async call => {
  const { s3, bucket, request: { query } } = call;
  refuseOthers(call, ['list-type', 'prefix', 'delimiter', 'start-after', 'continuation-token', 'max-keys', 'x-id']);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  await authorizeListing(call, 's3:ListBucket');
  const limit = maxKeys(query);
  const after = token === null ? query.get('start-after') ?? '' : nameIn(token);

  const matching = s3.objects(bucket).filter(({ key }) => key.startsWith(prefix));
  // objects below a delimiter are listed, and counted, as their common prefix
  const listedAs = ({ key }: StoredObject): string => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? key : key.slice(0, end + delimiter.length);
  };
  const names = [...new Set(matching.map(listedAs))].filter(name => isAfter(name, after));
  const page = new Set(names.slice(0, limit));
  const contents = matching.filter(object => page.has(object.key) && listedAs(object) === object.key);
  const prefixes = [...page].filter(name => !contents.some(({ key }) => key === name));
  const truncated = limit > 0 && names.length > page.size;
  return restXmlResponse('ListBucketResult', {
    Name: bucket,
    Prefix: prefix,
    ...delimiter && { Delimiter: delimiter },
    KeyCount: String(page.size),
    MaxKeys: String(limit),
    IsTruncated: String(truncated),
    ...token !== null && { ContinuationToken: token },
    ...truncated && { NextContinuationToken: tokenFor([...page].at(-1)!) },
    Contents: contents.map(listed),
    CommonPrefixes: prefixes.map(name => ({ Prefix: name })),
  });
};

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listVersions: BucketHandler = async call => {
  const { s3, bucket, request: { query } } = call;
  refuseOthers(call, ['versions', 'prefix', 'key-marker', 'version-id-marker', 'max-keys', 'x-id']);
  await authorizeListing(call, 's3:ListBucketVersions');
  const prefix = query.get('prefix') ?? '';
  const limit = maxKeys(query);
  const [keyMarker, versionMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker')];

  const all = s3.versions(bucket);
  const marker = all.findIndex(({ key, versionId }) => key === keyMarker && versionId === versionMarker);
  const isBeyond = (key: string, index: number): boolean => isAfter(key, keyMarker) || (key === keyMarker && marker >= 0 && index > marker);
  const rest = all.filter(({ key }, index) => key.startsWith(prefix) && isBeyond(key, index));
  const page = rest.slice(0, limit);
  const truncated = limit > 0 && rest.length > page.length;
  const isLatest = (version: ObjectVersion): string => String(all.find(({ key }) => key === version.key) === version);
  return restXmlResponse('ListVersionsResult', {
    Name: bucket,
    Prefix: prefix,
    KeyMarker: keyMarker,
    MaxKeys: String(limit),
    IsTruncated: String(truncated),
    ...truncated && { NextKeyMarker: page.at(-1)!.key, NextVersionIdMarker: page.at(-1)!.versionId },
    Version: page.flatMap(version => (
      version.object ? [{ ...listed(version.object), VersionId: version.versionId, IsLatest: isLatest(version) }] : [])),
    DeleteMarker: page.filter(({ object }) => !object).map(version => ({
      Key: version.key, VersionId: version.versionId, IsLatest: isLatest(version), LastModified: version.lastModified.toISOString(),
    })),
  });
};

/** A request without a parameter has no such condition key: https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html */
async function authorizeListing({ authorize, request: { query } }: BucketCall, action: string): Promise<void> {
  const given = ['prefix', 'delimiter', 'max-keys'].filter(name => query.has(name));
  await authorize(action, undefined, Object.fromEntries(given.map(name => [`s3:${name}`, query.get(name)!])));
}

function refuseOthers({ request: { query } }: BucketCall, known: readonly string[]): void {
  const other = [...query.keys()].find(name => !known.includes(name));
  if (other !== undefined) { throw new NotSupportedError(`the parameter ${other} of a listing`); }
}

function maxKeys(query: URLSearchParams): number {
  const text = query.get('max-keys') ?? String(MAX_KEYS);
  if (!/^\d{1,9}$/.test(text)) { throw new ServiceError('InvalidArgument', 'Provided max-keys not an integer or within integer range'); }
  return Math.min(Number(text), MAX_KEYS);
}

/** In the order of the keys' bytes. */
function isAfter(name: string, other: string): boolean {
  return Buffer.compare(Buffer.from(name), Buffer.from(other)) > 0;
}

/** A continuation token is no key. */
function tokenFor(name: string): string {
  return Buffer.from(`1/${name}`).toString('base64');
}

function nameIn(token: string): string {
  const text = Buffer.from(token, 'base64').toString();
  if (!text.startsWith('1/')) { throw new ServiceError('InvalidArgument', 'The continuation token provided is incorrect'); }
  return text.slice(2);
}

function listed({ key, lastModified, body }: StoredObject): Record<string, string> {
  return { Key: key, LastModified: lastModified.toISOString(), ETag: etag(body), Size: String(body.length), StorageClass: 'STANDARD' };
}
