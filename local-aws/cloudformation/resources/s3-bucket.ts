import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { record, refuseOtherMembers, text } from './values';
import { ACCOUNT, NotSupportedError, type BucketConfiguration } from '../../core';
import { physicalName } from '../engine/names';

/** Settings that nothing here depends on (public access, object ownership, lifecycle, tags) are only taken note of. */
export const bucket: ResourceType = {
  properties: {
    BucketName: 'replace',
    BucketEncryption: 'update',
    VersioningConfiguration: 'update',
    PublicAccessBlockConfiguration: 'update',
    OwnershipControls: 'update',
    LifecycleConfiguration: 'update',
    AccessControl: 'update',
    Tags: 'update',
  },
  create(properties, context) {
    const name = text(properties, 'BucketName') ?? physicalName(context.stack.name, context.logicalId, 63).toLowerCase();
    context.world.s3.createBucket(name, configuration(properties, context));
    return { physicalId: name, attributes: attributes(name, context) };
  },
  update(properties, { physicalId }, context) {
    context.world.s3.updateBucket(physicalId, configuration(properties, context));
    return { physicalId, attributes: attributes(physicalId, context) };
  },
  delete({ physicalId }, { world }) {
    world.s3.deleteBucket(physicalId);
  },
};

function attributes(name: string, { world: { region } }: ResourceContext): Record<string, string> {
  return {
    Arn: `arn:aws:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  };
}

function configuration({ BucketEncryption, VersioningConfiguration }: Properties, context: ResourceContext): BucketConfiguration {
  return { kmsKeyArn: defaultKey(BucketEncryption, context), versioned: record(VersioningConfiguration).Status === 'Enabled' };
}

function defaultKey(encryption: unknown, { world }: ResourceContext): string | undefined {
  if (encryption === undefined) {
    return undefined;
  }
  refuseOtherMembers(encryption, ['ServerSideEncryptionConfiguration'], 'BucketEncryption');
  const [rule, ...others] = record(encryption).ServerSideEncryptionConfiguration as unknown[];
  refuseOtherMembers(rule, ['ServerSideEncryptionByDefault', 'BucketKeyEnabled'], 'ServerSideEncryptionConfiguration');
  const { SSEAlgorithm, KMSMasterKeyID } = record(record(rule).ServerSideEncryptionByDefault);
  if (others.length > 0) {
    throw new NotSupportedError('more than one rule in ServerSideEncryptionConfiguration');
  }
  if (SSEAlgorithm === 'AES256') {
    return undefined;
  }
  if (SSEAlgorithm !== 'aws:kms' || KMSMasterKeyID === undefined) {
    throw new NotSupportedError(`the bucket encryption ${String(SSEAlgorithm)}${KMSMasterKeyID === undefined ? ' without KMSMasterKeyID' : ''}`);
  }
  const key = String(KMSMasterKeyID);
  if (key.startsWith('arn:aws:kms:') && key.includes(':key/')) {
    return key;
  }
  if (key.includes('alias/')) {
    throw new NotSupportedError(`a key alias as KMSMasterKeyID: ${key}`);
  }
  return `arn:aws:kms:${world.region}:${ACCOUNT}:key/${key}`;
}
