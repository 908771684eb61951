import type { Properties, ResourceType } from './resource-type';
import { document } from './values';
import { ACCOUNT } from '../../core';

export const key: ResourceType = {
  properties: {
    KeyPolicy: 'update',
    EnableKeyRotation: 'update',
    RotationPeriodInDays: 'update',
    Description: 'update',
    PendingWindowInDays: 'update',
    Tags: 'update',
  },
  create(properties, { world }) {
    const arn = world.kms.createKey(policy(properties));
    const keyId = arn.slice(arn.indexOf('/') + 1);
    return { physicalId: keyId, attributes: { Arn: arn, KeyId: keyId } };
  },
  update(properties, { physicalId, attributes }, { world }) {
    world.kms.putKeyPolicy(String(attributes.Arn), policy(properties));
    return { physicalId, attributes };
  },
  delete({ attributes }, { world }) {
    world.kms.scheduleKeyDeletion(String(attributes.Arn));
  },
};

function policy({ KeyPolicy }: Properties): object {
  return KeyPolicy === undefined
    ? { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }] }
    : document(KeyPolicy);
}
