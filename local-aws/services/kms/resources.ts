import { document, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT } from '../../core';

export const kmsResources: ResourceTypes = {
  'AWS::KMS::Key': {
    properties: ['KeyPolicy', 'EnableKeyRotation', 'RotationPeriodInDays', 'Description', 'PendingWindowInDays', 'Tags'],
    create(properties, { world }) {
      const arn = world.kms.createKey(policy(properties));
      const keyId = arn.slice(arn.indexOf('/') + 1);
      return { physicalId: keyId, attributes: { Arn: arn, KeyId: keyId } };
    },
    update(properties, existing, { world }) {
      world.kms.putKeyPolicy(String(existing.attributes.Arn), policy(properties));
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
