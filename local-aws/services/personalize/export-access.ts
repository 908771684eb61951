import { KEY_ACTIONS, KEY_POLICY_ACTION, type JobPrincipals } from './job-access';
import type { AuthorizationRequest } from '../iam/authorization';

/** Needed, by the role's own policies and by the key's, if the dataset group has its own key. */
const GROUP_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';

export interface ExportTarget {
  readonly bucket: string;
  readonly keys: string[];
  /** the key of the request */
  readonly requestKmsKeyArn?: string;
  /** the key that encrypts the output: the request's, or else the bucket's */
  readonly kmsKeyArn?: string;
  readonly groupKmsKeyArn?: string;
}

/** What Personalize does to write the output of an export, both as the service and in the job's role. */
export function exportRequests(principals: JobPrincipals, target: ExportTarget): AuthorizationRequest[] {
  const { bucket, keys, requestKmsKeyArn, kmsKeyArn, groupKmsKeyArn } = target;
  const { role, roleByResourcePolicy, service } = principals;
  const encryption = requestKmsKeyArn && { 's3:x-amz-server-side-encryption': 'aws:kms', 's3:x-amz-server-side-encryption-aws-kms-key-id': requestKmsKeyArn };
  const ofGroup = groupKmsKeyArn === undefined ? [] : [...new Set([groupKmsKeyArn, ...kmsKeyArn ? [kmsKeyArn] : []])];
  return [
    ...principals.onBucket(bucket, 's3:PutObject', keys, encryption || {}),
    ...kmsKeyArn ? [
      ...principals.onKeyByIdentity(kmsKeyArn, KEY_ACTIONS),
      ...principals.onKey(kmsKeyArn, role, KEY_ACTIONS),
      ...principals.onKey(kmsKeyArn, roleByResourcePolicy, [KEY_POLICY_ACTION]),
      ...principals.onKey(kmsKeyArn, service, [...KEY_ACTIONS, KEY_POLICY_ACTION]),
    ] : [],
    ...ofGroup.flatMap(keyArn => [
      ...principals.onKeyByIdentity(keyArn, [GROUP_KEY_ACTION]),
      ...principals.onKey(keyArn, roleByResourcePolicy, [GROUP_KEY_ACTION]),
      ...principals.onKey(keyArn, service, [GROUP_KEY_ACTION]),
    ]),
  ];
}
