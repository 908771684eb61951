import { checkLifecycle } from './lifecycle';
import type { BucketConfiguration } from './store';
import { isTrue, physicalName, document, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError, ServiceError, found } from '../../core';
import { quota } from '../../quotas';
import type { World } from '../../world';

export const s3Resources: ResourceTypes = {
  /** Settings that nothing here depends on (object ownership, ACL, lifecycle, access logs) are checked and have no effect. */
  'AWS::S3::Bucket': {
    properties: [
      'BucketName', 'BucketEncryption', 'VersioningConfiguration', 'PublicAccessBlockConfiguration', 'OwnershipControls',
      'LifecycleConfiguration', 'LoggingConfiguration', 'AccessControl', 'Tags',
    ],
    create(properties, context) {
      const { s3, region } = context.world;
      const name = text(properties, 'BucketName') ?? physicalName(context, quota('s3BucketName')).toLowerCase();
      s3.createBucket(name, configuration(properties, context.world));
      return {
        physicalId: name,
        attributes: {
          Arn: `arn:aws:s3:::${name}`,
          DomainName: `${name}.s3.amazonaws.com`,
          DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
          RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        },
      };
    },
    update(properties, existing, { world }) {
      world.s3.updateBucket(existing.physicalId, configuration(properties, world));
    },
    delete({ physicalId }, { world }) {
      world.s3.deleteBucket(physicalId);
    },
  },

  'AWS::S3::BucketPolicy': {
    properties: ['Bucket', 'PolicyDocument'],
    async create({ Bucket, PolicyDocument }, { world: { s3 } }) {
      const name = String(Bucket);
      const { policy } = found(s3.configurationOf(name), () => new Error(`The specified bucket does not exist (Service: S3, Status Code: 404, ${name})`));
      if (policy) { throw new Error(`The bucket policy already exists on bucket ${name}.`); }
      await s3.putPolicy(name, document(PolicyDocument));
      return { physicalId: name };
    },
    async update({ PolicyDocument }, existing, { world }) {
      await world.s3.putPolicy(existing.physicalId, document(PolicyDocument));
    },
    delete({ physicalId }, { world: { s3 } }) {
      // somebody else may have deleted the bucket
      if (s3.configurationOf(physicalId)) { s3.updateBucket(physicalId, { policy: undefined }); }
    },
  },
};

function configuration(properties: Properties, world: World): BucketConfiguration {
  const { BucketEncryption, VersioningConfiguration, PublicAccessBlockConfiguration: block } = properties;
  checkLifecycle(properties.LifecycleConfiguration);
  checkLogging(properties.LoggingConfiguration, world);
  checkAcl(properties);
  return {
    kmsKeyArn: defaultKey(BucketEncryption, world),
    versioned: record(VersioningConfiguration).Status === 'Enabled',
    tags: properties.Tags as BucketConfiguration['tags'],
    allowsPublicPolicy: block !== undefined && !isTrue(record(block).BlockPublicPolicy),
  };
}

/**
 * By default, a bucket has no ACL that gives anything to others, and none that is public.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
 */
function checkAcl({ AccessControl, OwnershipControls, PublicAccessBlockConfiguration: block }: Properties): void {
  const acl = String(AccessControl ?? 'Private');
  const isForEverybody = /^(PublicRead|PublicReadWrite|AuthenticatedRead)$/.test(acl);
  if (!isForEverybody && !/^(LogDeliveryWrite|AwsExecRead)$/.test(acl)) { return; }
  const [rule] = (record(OwnershipControls).Rules ?? []) as unknown[];
  if ((record(rule).ObjectOwnership ?? 'BucketOwnerEnforced') === 'BucketOwnerEnforced') {
    throw new ServiceError('InvalidBucketAclWithObjectOwnership', 'Bucket cannot have ACLs set with ObjectOwnership\'s BucketOwnerEnforced setting');
  }
  if (isForEverybody && (block === undefined || isTrue(record(block).BlockPublicAcls))) {
    throw new ServiceError('AccessDenied', 'Access Denied: public access control lists (ACLs) are prevented by the BlockPublicAcls setting', 403);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html: the bucket for the logs must exist. */
function checkLogging(logging: unknown, { s3 }: World): void {
  if (logging === undefined) { return; }
  refuseOtherMembers(logging, ['DestinationBucketName', 'LogFilePrefix'], 'LoggingConfiguration');
  const target = record(logging).DestinationBucketName;
  if (target === undefined) { throw new NotSupportedError('server access logs in the bucket itself'); }
  found(s3.bucket(String(target)), () => new ServiceError('InvalidTargetBucketForLogging', 'The target bucket for logging does not exist'));
}

function defaultKey(encryption: unknown, { region }: World): string | undefined {
  if (encryption === undefined) { return undefined; }
  refuseOtherMembers(encryption, ['ServerSideEncryptionConfiguration'], 'BucketEncryption');
  const [rule, ...others] = record(encryption).ServerSideEncryptionConfiguration as unknown[];
  refuseOtherMembers(rule, ['ServerSideEncryptionByDefault', 'BucketKeyEnabled'], 'ServerSideEncryptionConfiguration');
  const { SSEAlgorithm, KMSMasterKeyID } = record(record(rule).ServerSideEncryptionByDefault);
  if (others.length > 0) { throw new NotSupportedError('more than one rule in ServerSideEncryptionConfiguration'); }
  if (SSEAlgorithm === 'AES256') { return undefined; }
  if (SSEAlgorithm !== 'aws:kms' || KMSMasterKeyID === undefined) {
    throw new NotSupportedError(`the bucket encryption ${String(SSEAlgorithm)}${KMSMasterKeyID === undefined ? ' without KMSMasterKeyID' : ''}`);
  }
  const key = String(KMSMasterKeyID);
  if (key.startsWith('arn:aws:kms:') && key.includes(':key/')) { return key; }
  if (key.includes('alias/')) { throw new NotSupportedError(`a key alias as KMSMasterKeyID: ${key}`); }
  return `arn:aws:kms:${region}:${ACCOUNT}:key/${key}`;
}
