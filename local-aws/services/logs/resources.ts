import { physicalName, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, ServiceError } from '../../core';
import { quota } from '../../quotas';
import type { World } from '../../world';

/** What the key's policy must let CloudWatch Logs do. */
const KEY_ACTIONS = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'];

export const logsResources: ResourceTypes = {
  'AWS::Logs::LogGroup': {
    properties: ['LogGroupName', 'RetentionInDays', 'LogGroupClass', 'KmsKeyId', 'Tags'],
    async create(properties, context) {
      const name = text(properties, 'LogGroupName') ?? physicalName(context, quota('logGroupName'));
      await checkKey(name, properties, context.world);
      context.world.logs.createLogGroup(name);
      return { physicalId: name, attributes: { Arn: `arn:aws:logs:${context.world.region}:${ACCOUNT}:log-group:${name}:*` } };
    },
    async update(properties, existing, { world }) {
      world.logs.events(existing.physicalId); // throws if it is gone
      await checkKey(existing.physicalId, properties, world);
    },
    delete({ physicalId }, { world }) {
      world.logs.deleteLogGroup(physicalId);
    },
  },
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
async function checkKey(name: string, properties: Properties, { iam, kms, region }: World): Promise<void> {
  const keyArn = text(properties, 'KmsKeyId');
  if (keyArn === undefined) { return; }
  const arn = `arn:aws:logs:${region}:${ACCOUNT}:log-group:${name}`;
  const principal = { service: `logs.${region}.amazonaws.com` };
  const context = { 'kms:EncryptionContext:aws:logs:arn': arn };
  for (const action of KEY_ACTIONS) {
    if (!await iam.isAllowed({ principal, action, resource: keyArn, context, resourcePolicy: kms.usablePolicy(keyArn) })) {
      throw new ServiceError('InvalidParameterException', `The specified KMS key does not exist or is not allowed to be used with Arn '${arn}'`);
    }
  }
}
