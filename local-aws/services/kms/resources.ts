import { document, type Properties, type ResourceContext, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, ServiceError } from '../../core';

export const kmsResources: ResourceTypes = {
  'AWS::KMS::Key': {
    properties: ['KeyPolicy', 'EnableKeyRotation', 'RotationPeriodInDays', 'Description', 'PendingWindowInDays', 'Tags'],
    async create(properties, context) {
      await checkLockout(properties, context);
      const arn = context.world.kms.createKey(policy(properties));
      const keyId = arn.slice(arn.indexOf('/') + 1);
      return { physicalId: keyId, attributes: { Arn: arn, KeyId: keyId } };
    },
    async update(properties, existing, context) {
      await checkLockout(properties, context);
      context.world.kms.putKeyPolicy(String(existing.attributes.Arn), policy(properties));
    },
    delete({ attributes }, { world }) {
      world.kms.scheduleKeyDeletion(String(attributes.Arn));
    },
  },

  /** Has a name and no effect. */
  'AWS::KMS::Alias': {
    properties: ['AliasName', 'TargetKeyId'],
    create: ({ AliasName }) => ({ physicalId: String(AliasName) }),
    delete: () => undefined,
  },
};

function policy({ KeyPolicy }: Properties): object {
  return KeyPolicy === undefined
    ? { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }] }
    : document(KeyPolicy);
}

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html: whoever sets a key policy must be allowed to set the next one. */
async function checkLockout(properties: Properties, { world: { iam, region }, stack: { settings: { principal } } }: ResourceContext): Promise<void> {
  const resource = `arn:aws:kms:${region}:${ACCOUNT}:key/new`; // key policies do not name keys
  if (!await iam.isAllowed({ principal, action: 'kms:PutKeyPolicy', resource, resourcePolicy: policy(properties) })) {
    throw new ServiceError('MalformedPolicyDocumentException', 'The new key policy will not allow you to update the key policy in the future.');
  }
}
