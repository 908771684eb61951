import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { record, refuseOtherMembers, text } from './values';
import { ServiceError } from '../../core';
import type { FunctionConfiguration } from '../../services/lambda';
import { physicalName } from '../engine/names';

export const lambdaFunction: ResourceType = {
  properties: {
    FunctionName: 'replace',
    Code: 'update',
    Handler: 'update',
    Role: 'update',
    Runtime: 'update',
    Timeout: 'update',
    MemorySize: 'update',
    Environment: 'update',
    LoggingConfig: 'update',
    Description: 'update',
    Architectures: 'update',
    ReservedConcurrentExecutions: 'update',
    Tags: 'update',
  },
  required: ['Code', 'Handler', 'Role', 'Runtime'],
  async create(properties, context) {
    const name = text(properties, 'FunctionName') ?? physicalName(context.stack.name, context.logicalId);
    const arn = await context.lambda.createFunction(await configuration(name, properties, context));
    return { physicalId: name, attributes: { Arn: arn } };
  },
  async update(properties, existing, context) {
    await context.lambda.updateFunction(await configuration(existing.physicalId, properties, context));
    return existing;
  },
  delete({ physicalId }, { lambda }) {
    lambda.deleteFunction(physicalId);
  },
};

async function configuration(functionName: string, properties: Properties, context: ResourceContext): Promise<FunctionConfiguration> {
  refuseOtherMembers(properties.Code, ['S3Bucket', 'S3Key'], 'Code');
  refuseOtherMembers(properties.Environment, ['Variables'], 'Environment');
  refuseOtherMembers(properties.LoggingConfig, ['LogFormat', 'LogGroup', 'ApplicationLogLevel', 'SystemLogLevel'], 'LoggingConfig');
  const logging = record(properties.LoggingConfig);
  const variables = Object.entries(record(record(properties.Environment).Variables)).map(([name, value]) => [name, String(value)]);
  const reserved = properties.ReservedConcurrentExecutions;
  return {
    functionName,
    code: code(properties, context),
    handler: String(properties.Handler),
    roleArn: String(properties.Role),
    runtime: String(properties.Runtime),
    timeoutSeconds: Number(properties.Timeout ?? 3),
    memorySize: Number(properties.MemorySize ?? 128),
    description: text(properties, 'Description'),
    environment: Object.fromEntries(variables),
    logging: {
      logGroup: logging.LogGroup === undefined ? undefined : String(logging.LogGroup),
      format: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
      applicationLevel: String(logging.ApplicationLogLevel ?? 'INFO'),
    },
    reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
  };
}

function code({ Code }: Properties, { world }: ResourceContext): Buffer {
  const { S3Bucket, S3Key } = record(Code);
  const object = world.s3.getObject(String(S3Bucket), String(S3Key));
  if (!object) {
    throw new ServiceError('InvalidParameterValueException', 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.');
  }
  return object.body;
}
