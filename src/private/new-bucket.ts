import { Duration, RemovalPolicy, Stack, aws_kms as kms, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { differ } from './environments';
import { transitionsProblem } from './transitions';
import type { ExportDestinationProps } from '../export-destination';

/** The props of a destination that configure its new bucket. */
const PROPS = [
  'bucketName', 'encryption', 'bucketKeyEnabled', 'removalPolicy', 'autoDeleteObjects', 'expiration', 'transitions', 'versioned',
  'serverAccessLogsBucket', 'serverAccessLogsPrefix',
] as const;
export type NewBucketProps = Pick<ExportDestinationProps, typeof PROPS[number]>;
type Given = Pick<ExportDestinationProps, 'bucket' | 'encryptionKey'>;

/** @param encryptionKey undefined for SSE-S3 */
export function newBucket(scope: Construct, props: NewBucketProps, encryptionKey?: kms.IKey): s3.Bucket {
  const versioned = props.versioned ?? true;
  return new s3.Bucket(scope, 'Bucket', {
    bucketName: props.bucketName,
    encryption: encryptionKey ? s3.BucketEncryption.KMS : s3.BucketEncryption.S3_MANAGED,
    encryptionKey,
    bucketKeyEnabled: props.bucketKeyEnabled,
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    enforceSSL: true,
    versioned,
    lifecycleRules: [{
      abortIncompleteMultipartUploadAfter: Duration.days(7),
      transitions: props.transitions,
      expiration: props.expiration,
      noncurrentVersionExpiration: versioned ? props.expiration : undefined,
    }],
    serverAccessLogsBucket: props.serverAccessLogsBucket,
    serverAccessLogsPrefix: props.serverAccessLogsPrefix,
    removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    autoDeleteObjects: props.autoDeleteObjects,
  });
}

/** What contradicts itself in the props, apart from single values. */
export function newBucketProblem(props: NewBucketProps & Given, stack: Stack): string | undefined {
  return conflictProblem(props) ?? encryptionProblem(props) ?? removalProblem(props) ?? logsProblem(props, stack)
    ?? transitionsProblem(props.transitions, props.expiration);
}

function conflictProblem(props: NewBucketProps & Given): string | undefined {
  if (props.bucket === undefined) { return undefined; }
  const conflicts = PROPS.filter(name => props[name] !== undefined);
  if (conflicts.length === 0) { return undefined; }
  return `${conflicts.join(', ')} cannot be used with bucket, because they configure the new bucket: configure your own bucket instead`;
}

function encryptionProblem({ encryption, encryptionKey, bucketKeyEnabled }: NewBucketProps & Given): string | undefined {
  if (encryption === undefined || encryption === s3.BucketEncryption.KMS) { return undefined; }
  if (encryption !== s3.BucketEncryption.S3_MANAGED) {
    return `encryption must be BucketEncryption.KMS or BucketEncryption.S3_MANAGED, got ${JSON.stringify(encryption)}: `
      + 'exports are always encrypted, and Personalize cannot get access to an AWS managed key';
  }
  const conflicts = [encryptionKey && 'encryptionKey', bucketKeyEnabled && 'bucketKeyEnabled'].filter(Boolean);
  return conflicts.length === 0 ? undefined
    : `${conflicts.join(', ')} cannot be used with encryption BucketEncryption.S3_MANAGED, which has no KMS key: leave out encryption, or the others`;
}

const REMOVAL_POLICIES = [RemovalPolicy.RETAIN, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE, RemovalPolicy.DESTROY];

function removalProblem({ removalPolicy, autoDeleteObjects }: NewBucketProps): string | undefined {
  if (removalPolicy !== undefined && !REMOVAL_POLICIES.includes(removalPolicy)) {
    return `removalPolicy must be RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY, got ${JSON.stringify(removalPolicy)}: `
      + 'buckets and keys have no snapshots. Use RETAIN to keep both';
  }
  if (autoDeleteObjects && removalPolicy !== RemovalPolicy.DESTROY) {
    return `autoDeleteObjects must be used with removalPolicy RemovalPolicy.DESTROY, got ${JSON.stringify(removalPolicy ?? RemovalPolicy.RETAIN)}: `
      + 'leave out autoDeleteObjects to keep the exported objects';
  }
  return undefined;
}

function logsProblem({ serverAccessLogsBucket: logs, serverAccessLogsPrefix: prefix }: NewBucketProps, stack: Stack): string | undefined {
  if (logs === undefined) {
    return prefix === undefined ? undefined : `serverAccessLogsPrefix must be used with serverAccessLogsBucket, got ${JSON.stringify(prefix)} alone: `
      + 'S3 would write the logs among the exports. Pass a bucket for the logs';
  }
  if (!differ(logs.env.account, stack.account) && !differ(logs.env.region, stack.region)) { return undefined; }
  return `serverAccessLogsBucket must be in the account and Region of the new bucket, ${stack.account} and ${stack.region}, `
    + `got ${JSON.stringify(logs.node.path)} in ${logs.env.account} and ${logs.env.region}`;
}
