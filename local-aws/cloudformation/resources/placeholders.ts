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

export const topic = placeholder(
  { TopicName: 'replace', DisplayName: 'update', Tags: 'update' },
  (properties, { world, stack, logicalId }) => {
    const name = text(properties, 'TopicName') ?? physicalName(stack.name, logicalId);
    const arn = `arn:aws:sns:${world.region}:${ACCOUNT}:${name}`;
    return { physicalId: arn, attributes: { TopicArn: arn, TopicName: name } };
  },
);

export const queue = placeholder(
  {
    QueueName: 'replace', MessageRetentionPeriod: 'update', SqsManagedSseEnabled: 'update', KmsMasterKeyId: 'update', VisibilityTimeout: 'update', Tags: 'update',
  },
  (properties, { world, stack, logicalId }) => {
    const name = text(properties, 'QueueName') ?? physicalName(stack.name, logicalId, 80);
    return {
      physicalId: `https://sqs.${world.region}.amazonaws.com/${ACCOUNT}/${name}`,
      attributes: { Arn: `arn:aws:sqs:${world.region}:${ACCOUNT}:${name}`, QueueName: name },
    };
  },
);

export const queuePolicy = placeholder(
  { PolicyDocument: 'update', Queues: 'update' }, (_, { stack, logicalId }) => ({ physicalId: physicalName(stack.name, logicalId) }), ['PolicyDocument', 'Queues'],
);

export const topicPolicy = placeholder(
  { PolicyDocument: 'update', Topics: 'update' }, (_, { stack, logicalId }) => ({ physicalId: physicalName(stack.name, logicalId) }), ['PolicyDocument', 'Topics'],
);

export const alarm = placeholder(
  {
    AlarmName: 'replace',
    AlarmDescription: 'update',
    AlarmActions: 'update',
    ComparisonOperator: 'update',
    EvaluationPeriods: 'update',
    Metrics: 'update',
    Threshold: 'update',
    TreatMissingData: 'update',
  },
  (properties, { world, stack, logicalId }) => {
    const name = text(properties, 'AlarmName') ?? physicalName(stack.name, logicalId);
    return { physicalId: name, attributes: { Arn: `arn:aws:cloudwatch:${world.region}:${ACCOUNT}:alarm:${name}` } };
  },
  ['ComparisonOperator', 'EvaluationPeriods'],
);
