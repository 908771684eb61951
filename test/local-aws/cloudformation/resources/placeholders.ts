import { randomUUID } from 'node:crypto';
import { placeholder } from './placeholder';
import { text } from './values';
import { ACCOUNT } from '../../core';
import { physicalName } from '../engine/names';

export const alias = placeholder(
  { AliasName: 'replace', TargetKeyId: 'update' },
  ({ AliasName }) => ({ physicalId: String(AliasName) }),
  ['AliasName', 'TargetKeyId'],
);

export const metadata = placeholder({ Analytics: 'update' }, () => ({ physicalId: randomUUID() }));

export const parameter = placeholder(
  { Name: 'replace', Type: 'update', Value: 'update', Description: 'update', Tags: 'update', Tier: 'update', AllowedPattern: 'update' },
  (properties, { stack, logicalId }) => ({
    physicalId: text(properties, 'Name') ?? `CFN-${physicalName(stack.name, logicalId)}`,
    attributes: { Type: properties.Type, Value: properties.Value },
  }),
  ['Type', 'Value'],
);

export const topic = placeholder(
  { TopicName: 'replace', DisplayName: 'update', Tags: 'update' },
  (properties, { world, stack, logicalId }) => {
    const name = text(properties, 'TopicName') ?? physicalName(stack.name, logicalId);
    const arn = `arn:aws:sns:${world.region}:${ACCOUNT}:${name}`;
    return { physicalId: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
);

export const waitConditionHandle = placeholder({}, ({}, { world, stack, logicalId }) => ({
  physicalId: `https://cloudformation-waitcondition-local.s3.${world.region}.amazonaws.com/${encodeURIComponent(`${stack.id}/${logicalId}`)}`,
}));
