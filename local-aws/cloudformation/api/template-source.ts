import type { QueryRequest } from './request';
import { NotSupportedError, ServiceError, type Caller, type World } from '../../core';
import { principalOf } from '../../services/iam/principal';
import { invalid } from '../template/template';

/** The template that a request carries or points to; undefined: the previous one. */
export async function templateText(request: QueryRequest, caller: Caller, world: World): Promise<string | undefined> {
  const body = request.text('TemplateBody');
  const url = request.text('TemplateURL');
  const previous = request.flag('UsePreviousTemplate');
  if ([body !== undefined, url !== undefined, previous].filter(Boolean).length !== 1) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  return url === undefined ? body : fetchTemplate(url, caller, world);
}

/** CloudFormation reads it as the caller. */
async function fetchTemplate(url: string, caller: Caller, world: World): Promise<string> {
  const { bucket, key } = location(url, world.endpoint);
  try {
    await world.iam.authorize({
      principal: principalOf(caller), action: 's3:GetObject', resource: `arn:aws:s3:::${bucket}/${key}`, resourcePolicy: world.s3.bucket(bucket)?.policy,
    });
  } catch (error) {
    throw error instanceof ServiceError && error.code === 'AccessDenied' ? invalid('S3 error: Access Denied') : error;
  }
  const object = world.s3.getObject(bucket, key);
  if (!object) {
    throw invalid('S3 error: The specified key does not exist.');
  }
  return object.body.toString('utf8');
}

/** `https://s3.<region>.amazonaws.com/<bucket>/<key>`, the same at the local endpoint, or `https://<bucket>.s3.<region>.amazonaws.com/<key>` */
function location(url: string, endpoint: string): { bucket: string; key: string } {
  const { origin, hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  if (origin === endpoint || /^s3[.-]/.test(hostname)) {
    const slash = path.indexOf('/');
    return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  }
  const bucket = /^(.+?)\.s3[.-]/.exec(hostname)?.[1];
  if (!bucket) {
    throw new NotSupportedError(`the template URL ${url}`);
  }
  return { bucket, key: path };
}
