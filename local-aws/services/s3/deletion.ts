import { XMLParser } from 'fast-xml-parser';
import type { BucketCall, BucketHandler } from './bucket-call';
import { ServiceError } from '../../core';
import { restXmlResponse } from '../../protocols/rest';

interface Named {
  readonly Key: string;
  readonly VersionId?: string;
}

const parser = new XMLParser({ parseTagValue: false, trimValues: false, isArray: name => name === 'Object' });
const MAX_KEYS = 1000;

/** A refusal concerns its key only, and the answer is 200 all the same: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const deleteObjects: BucketHandler = async call => {
  const parsed = parser.parse(call.request.body.toString('utf8')) as { Delete?: { Object?: Named[]; Quiet?: string } };
  const objects = parsed.Delete?.Object ?? [];
  if (objects.length === 0 || objects.length > MAX_KEYS) {
    throw new ServiceError('MalformedXML', 'The XML you provided was not well-formed or did not validate against our published schema');
  }
  const results = [];
  for (const object of objects) { results.push(await deleted(call, object)); }
  return restXmlResponse('DeleteResult', {
    Deleted: parsed.Delete?.Quiet === 'true' ? [] : results.filter(result => !('Code' in result)),
    Error: results.filter(result => 'Code' in result),
  });
};

async function deleted(call: BucketCall, { Key, VersionId }: Named): Promise<object> {
  const named = { Key, ...VersionId !== undefined && { VersionId } };
  try {
    return { ...named, ...VersionId === undefined ? await deleteObject(call, Key) : await deleteVersion(call, Key, VersionId) };
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'AccessDenied') { return { ...named, Code: error.code, Message: error.message }; }
    throw error;
  }
}

async function deleteObject({ authorize, s3, bucket }: BucketCall, key: string): Promise<object> {
  await authorize('s3:DeleteObject', key);
  const marker = s3.deleteObject(bucket, key);
  return marker ? { DeleteMarker: 'true', DeleteMarkerVersionId: marker.versionId } : {};
}

async function deleteVersion({ authorize, s3, bucket }: BucketCall, key: string, versionId: string): Promise<object> {
  await authorize('s3:DeleteObjectVersion', key);
  const version = s3.deleteVersion(bucket, key, versionId);
  return version && !version.object ? { DeleteMarker: 'true', DeleteMarkerVersionId: versionId } : {};
}
