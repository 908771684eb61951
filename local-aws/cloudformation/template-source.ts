import { NotSupportedError, ServiceError, found } from '../core';
import { invalid } from './template/template';
import type { Call } from '../protocols/protocol';
import type { QueryParameters } from '../protocols/query-parameters';
import { checkLength } from '../quotas';
import type { World } from '../world';

/** The template that a request contains or points to; undefined: the previous one. */
export async function templateText(call: Call<QueryParameters>, world: World): Promise<string | undefined> {
  const body = call.parameters.text('TemplateBody');
  const url = call.parameters.text('TemplateURL');
  const previous = call.parameters.flag('UsePreviousTemplate');
  if ([body !== undefined, url !== undefined, previous].filter(Boolean).length !== 1) {
    throw invalid('Either Template URL or Template Body must be specified.');
  }
  checkLength('stackTemplateInRequest', 'templateBody', body);
  return url === undefined ? body : fetchTemplate(url, call, world);
}

/** CloudFormation reads it as the caller. */
async function fetchTemplate(url: string, { authorize }: Call<QueryParameters>, { s3, endpoint }: World): Promise<string> {
  const { bucket, key } = location(url, endpoint);
  try {
    await authorize(`arn:aws:s3:::${bucket}/${key}`, { action: 's3:GetObject', resourcePolicy: s3.bucket(bucket)?.policy });
  } catch (error) {
    throw error instanceof ServiceError && error.code === 'AccessDenied' ? invalid('S3 error: Access Denied') : error;
  }
  return found(s3.getObject(bucket, key), () => invalid('S3 error: The specified key does not exist.')).body.toString('utf8');
}

/** `https://s3.<region>.amazonaws.com/<bucket>/<key>`, the same at the local endpoint, or `https://<bucket>.s3.<region>.amazonaws.com/<key>` */
function location(url: string, endpoint: string): { bucket: string; key: string } {
  const { origin, hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname.slice(1));
  if (origin === endpoint || /^s3[.-]/.test(hostname)) {
    const slash = path.indexOf('/');
    return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  }
  const bucket = found(/^(.+?)\.s3[.-]/.exec(hostname)?.[1], () => new NotSupportedError(`the template URL ${url}`));
  return { bucket, key: path };
}
