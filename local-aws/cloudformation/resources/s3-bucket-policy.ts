import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { document } from './values';

export const bucketPolicy: ResourceType = {
  properties: { Bucket: 'replace', PolicyDocument: 'update' },
  required: ['Bucket', 'PolicyDocument'],
  create(properties, context) {
    const bucketName = String(properties.Bucket);
    const existing = context.world.s3.bucket(bucketName);
    if (!existing) {
      throw new Error(`The specified bucket does not exist (Service: S3, Status Code: 404, ${bucketName})`);
    }
    if (existing.policy) {
      throw new Error(`The bucket policy already exists on bucket ${bucketName}.`);
    }
    return put(properties, context);
  },
  update: (properties, _existing, context) => put(properties, context),
  delete({ physicalId }, { world }) {
    // the bucket may be gone by other hands
    if (world.s3.bucket(physicalId)) {
      world.s3.updateBucket(physicalId, { policy: undefined });
    }
  },
};

function put({ Bucket, PolicyDocument }: Properties, { world }: ResourceContext) {
  world.s3.updateBucket(String(Bucket), { policy: document(PolicyDocument) });
  return { physicalId: String(Bucket) };
}
