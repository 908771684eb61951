import { randomUUID } from 'crypto';
import { physicalName, Cancelled, isTrue, text, type Made, type Properties, type ResourceContext, type ResourceType, type ResourceTypes } from './resource-type';
import { ACCOUNT, aborted } from '../core';

/** Types that no service stands behind. */
export const cloudFormationResources: ResourceTypes = {
  'AWS::CDK::Metadata': { ...placeholder(() => ({ physicalId: randomUUID() })), properties: ['Analytics'] },

  'AWS::CloudWatch::Alarm': {
    ...placeholder((properties, context) => {
      const name = text(properties, 'AlarmName') ?? physicalName(context);
      return { physicalId: name, attributes: { Arn: arn('cloudwatch', `alarm:${name}`, context) } };
    }),
    properties: [
      'AlarmName', 'AlarmDescription', 'AlarmActions', 'ComparisonOperator', 'EvaluationPeriods', 'Metrics', 'Threshold',
      'TreatMissingData',
    ],
  },

  'AWS::SNS::Topic': {
    ...placeholder((properties, context) => {
      const name = text(properties, 'TopicName') ?? physicalName(context);
      return { physicalId: arn('sns', name, context), attributes: { TopicArn: arn('sns', name, context), TopicName: name } };
    }),
    properties: ['TopicName', 'DisplayName', 'Tags'],
  },

  'AWS::SNS::TopicPolicy': { ...placeholder(unnamed), properties: ['PolicyDocument', 'Topics'] },

  'AWS::SQS::Queue': {
    ...placeholder((properties, context) => {
      const name = text(properties, 'QueueName') ?? physicalName(context, 80);
      const url = `https://sqs.${context.world.region}.amazonaws.com/${ACCOUNT}/${name}`;
      return { physicalId: url, attributes: { Arn: arn('sqs', name, context), QueueName: name } };
    }),
    properties: ['QueueName', 'MessageRetentionPeriod', 'SqsManagedSseEnabled', 'KmsMasterKeyId', 'VisibilityTimeout', 'Tags'],
  },

  'AWS::SQS::QueuePolicy': { ...placeholder(unnamed), properties: ['PolicyDocument', 'Queues'] },

  /** Fails on create (unless OnCreate is false), on update (with OnUpdate) and on delete (with OnDelete), AfterSeconds later: to see rollbacks. */
  'LocalAws::Test::Failure': {
    properties: ['Message', 'AfterSeconds', 'OnCreate', 'OnUpdate', 'OnDelete', 'Revision'],
    eager: true,
    async create(properties, context) {
      await failOr(properties.OnCreate === undefined || isTrue(properties.OnCreate), properties, context);
      return unnamed(properties, context);
    },
    async update(properties, _existing, context) {
      await failOr(isTrue(properties.OnUpdate), properties, context);
    },
    async delete({ properties }, context) {
      await failOr(isTrue(properties.OnDelete), properties, context);
    },
  },
};

/** A resource that has an ID and attributes, but no effect. */
function placeholder(create: (properties: Properties, context: ResourceContext) => Made): Pick<ResourceType, 'create' | 'delete'> {
  return { create, delete: () => undefined };
}

function unnamed(_properties: Properties, context: ResourceContext): Made {
  return { physicalId: physicalName(context) };
}

function arn(service: string, resource: string, { world: { region } }: ResourceContext): string {
  return `arn:aws:${service}:${region}:${ACCOUNT}:${resource}`;
}

async function failOr(fails: boolean, { AfterSeconds = 0, Message = 'failed as ordered' }: Properties, { world, signal }: ResourceContext): Promise<void> {
  await Promise.race([world.clock.sleep(Number(AfterSeconds) * 1000), aborted(signal)]);
  if (signal.aborted) { throw new Cancelled(); }
  if (fails) { throw new Error(String(Message)); }
}
