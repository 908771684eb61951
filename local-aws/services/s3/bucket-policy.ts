import { ServiceError } from '../../core';
import { actionOn } from '../iam/actions';
import { statements, valuesOf } from '../iam/policy-documents';

/**
 * What S3 refuses of a bucket's policy, besides what no policy may have: other resources than the bucket and its objects, and actions on
 * neither. Actions with wildcards are not looked up.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
 * @see https://github.com/noobaa/noobaa-core/issues/10058
 * @see https://github.com/versity/versitygw/issues/645
 * @see https://github.com/versity/versitygw/issues/650
 */
export async function checkBucketPolicy(bucket: string, policy: object): Promise<void> {
  for (const { Action, NotAction, Resource, NotResource } of statements(policy)) {
    const resources = valuesOf(Resource ?? NotResource);
    if (resources.length === 0) { throw malformed('Missing required field Resource'); }
    if (!resources.every(resource => isOf(bucket, resource))) { throw malformed('Policy has invalid resource'); }
    for (const action of valuesOf(Action ?? NotAction)) { await checkAction(action, resources); }
  }
}

function isOf(bucket: string, resource: string): boolean {
  const arn = `arn:aws:s3:::${bucket}`;
  return resource === arn || resource.startsWith(`${arn}/`) || resource.startsWith(`${arn}*`);
}

async function checkAction(action: string, resources: readonly string[]): Promise<void> {
  if (action === '*') { return; }
  if (!/^s3:/i.test(action)) { throw malformed('Policy has invalid action'); }
  if (/[*?]/.test(action)) { return; }
  // a pattern without a slash stands for the bucket and for its objects
  const examples = resources.flatMap(resource => [resource, ...resource.includes('/') ? [] : [resource.replace('*', '/*')]]);
  const answers = await Promise.all(examples.map(example => actionOn(action, example.replace(/[*?]/g, 'x'))));
  if (answers.includes('unknown')) { throw malformed('Policy has invalid action'); }
  if (!answers.includes('applies')) { throw malformed('Action does not apply to any resource(s) in statement'); }
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicy', message);
}
