import type { FunctionConfiguration } from './function';
import { physicalName, record, refuseOtherMembers, text, texts, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, ServiceError, found } from '../../core';
import type { World } from '../../world';

export const lambdaResources: ResourceTypes = {
  'AWS::Lambda::Function': {
    properties: [
      'FunctionName', 'Code', 'Handler', 'Role', 'Runtime', 'Timeout', 'MemorySize', 'Environment', 'LoggingConfig', 'Description',
      'Architectures', 'ReservedConcurrentExecutions', 'VpcConfig', 'KmsKeyArn', 'TracingConfig', 'DeadLetterConfig', 'Tags',
    ],
    async create(properties, context) {
      const name = text(properties, 'FunctionName') ?? physicalName(context);
      const arn = await context.world.lambda.createFunction(configuration(name, properties, context.world));
      return { physicalId: name, attributes: { Arn: arn } };
    },
    async update(properties, existing, { world }) {
      await world.lambda.updateFunction(configuration(existing.physicalId, properties, world));
    },
    async delete({ physicalId }, { world }) {
      await world.lambda.deleteFunction(physicalId);
    },
  },

  /** A statement of a function's resource policy. */
  'AWS::Lambda::Permission': {
    properties: ['FunctionName', 'Action', 'Principal', 'SourceArn', 'SourceAccount'],
    create(properties, context) {
      const statementId = physicalName(context, 100);
      context.world.lambda.addPermission(String(properties.FunctionName), statementId, statement(statementId, properties, context.world));
      return { physicalId: statementId };
    },
    delete({ physicalId, properties }, { world }) {
      world.lambda.removePermission(String(properties.FunctionName), physicalId);
    },
  },
};

function configuration(functionName: string, properties: Properties, world: World): FunctionConfiguration {
  refuseOtherMembers(properties.Code, ['S3Bucket', 'S3Key'], 'Code');
  refuseOtherMembers(properties.Environment, ['Variables'], 'Environment');
  refuseOtherMembers(properties.LoggingConfig, ['LogFormat', 'LogGroup', 'ApplicationLogLevel', 'SystemLogLevel'], 'LoggingConfig');
  const logging = record(properties.LoggingConfig);
  const variables = Object.entries(record(record(properties.Environment).Variables)).map(([name, value]) => [name, String(value)]);
  const reserved = properties.ReservedConcurrentExecutions;
  return {
    functionName,
    code: code(properties, world),
    handler: String(properties.Handler),
    roleArn: String(properties.Role),
    runtime: String(properties.Runtime),
    timeoutSeconds: Number(properties.Timeout ?? 3),
    memorySize: Number(properties.MemorySize ?? 128),
    description: text(properties, 'Description'),
    environment: Object.fromEntries(variables),
    logging: {
      logGroup: text(logging, 'LogGroup'),
      format: logging.LogFormat === 'JSON' ? 'JSON' : 'Text',
      applicationLevel: text(logging, 'ApplicationLogLevel') ?? 'INFO',
    },
    reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    vpc: vpcConfig(properties),
    kmsKeyArn: text(properties, 'KmsKeyArn'),
    tracing: record(properties.TracingConfig).Mode === 'Active',
    deadLetterQueueArn: text(record(properties.DeadLetterConfig), 'TargetArn'),
  };
}

function vpcConfig({ VpcConfig }: Properties): FunctionConfiguration['vpc'] {
  refuseOtherMembers(VpcConfig, ['SubnetIds', 'SecurityGroupIds'], 'VpcConfig');
  return VpcConfig === undefined ? undefined : { subnetIds: texts(record(VpcConfig), 'SubnetIds'), securityGroupIds: texts(record(VpcConfig), 'SecurityGroupIds') };
}

function code({ Code }: Properties, { s3 }: World): Buffer {
  const { S3Bucket, S3Key } = record(Code);
  return found(s3.getObject(String(S3Bucket), String(S3Key)), () => new ServiceError(
    'InvalidParameterValueException', 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
  )).body;
}

function statement(Sid: string, { FunctionName, Action, Principal, SourceArn, SourceAccount }: Properties, { region }: World): object {
  const fn = String(FunctionName);
  const principal = String(Principal);
  return {
    Sid,
    Effect: 'Allow',
    Principal: principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action,
    Resource: fn.startsWith('arn:') ? fn : `arn:aws:lambda:${region}:${ACCOUNT}:function:${fn}`,
    Condition: {
      ...SourceAccount !== undefined && { StringEquals: { 'AWS:SourceAccount': SourceAccount } },
      ...SourceArn !== undefined && { ArnLike: { 'AWS:SourceArn': SourceArn } },
    },
  };
}
