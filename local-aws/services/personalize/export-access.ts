import type { ExportJob } from './store';
import { ACCOUNT, ServiceError } from '../../core';
import type { World } from '../../world';
import type { AuthorizationRequest, Principal } from '../iam/authorization';

const SERVICE = 'personalize.amazonaws.com';
/** Both the role's own policies and the key policy must allow these. */
const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:ListGrants'];
/** The key policy alone must allow this one. */
const KEY_POLICY_ACTION = 'kms:CreateGrant';
/** Needed, in both, if the dataset group has its own key. */
const GROUP_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';
/** A key policy that delegates everything to identity policies: with it, a decision shows what these allow by themselves. */
const DELEGATING_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

export interface ExportTarget {
  readonly bucket: string;
  readonly keys: string[];
  /** the key that encrypts the output: the job's, or else the bucket's */
  readonly kmsKeyArn?: string;
  readonly groupKmsKeyArn?: string;
}

/** Decides whether Personalize may write a job's output, both as the service and in the job's role. */
export class ExportAccess {
  constructor(private readonly world: Pick<World, 'iam' | 's3' | 'kms'>, private readonly sendSourceContext: () => boolean) {}

  /** The first thing that is not allowed; undefined if everything is. */
  public async missing(job: ExportJob, target: ExportTarget): Promise<string | undefined> {
    const { iam } = this.world;
    const { roleArn } = job.request;
    const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': job.arn };
    let sessionArn: string;
    try {
      const session = await iam.assumeRole({ roleArn, sessionName: 'PersonalizeDatasetExport', principal: { service: SERVICE }, context: source });
      sessionArn = session.caller.arn;
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'AccessDenied') { return error.message; }
      throw error;
    }
    const role = { roleArn, sessionArn };
    for (const request of [...this.bucketRequests(job, target, role, source), ...this.keyRequests(target, role, source)]) {
      if (!await iam.isAllowed(request)) {
        const who = request.principal.service ?? (request.principal.roleArn ? roleArn : `${roleArn} (by the key policy alone)`);
        return `${who} may not ${request.action} on ${request.resource}`;
      }
    }
    return undefined;
  }

  private bucketRequests(job: ExportJob, { bucket, keys }: ExportTarget, role: Principal, source: Record<string, string>): AuthorizationRequest[] {
    const { kmsKeyArn } = job.request.jobOutput.s3DataDestination;
    const resourcePolicy = this.world.s3.bucket(bucket)?.policy;
    const encryption = kmsKeyArn && { 's3:x-amz-server-side-encryption': 'aws:kms', 's3:x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn };
    return [role, { service: SERVICE }].flatMap(principal => {
      const context = { 'aws:SecureTransport': 'true', ...this.sourceContext(principal, source) };
      return [
        { principal, action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context, resourcePolicy },
        ...keys.map(key => ({
          principal, action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}`, context: { ...context, ...encryption }, resourcePolicy,
        })),
      ];
    });
  }

  private keyRequests({ kmsKeyArn, groupKmsKeyArn }: ExportTarget, role: Principal, source: Record<string, string>): AuthorizationRequest[] {
    // without roleArn, the role's own policies do not count
    const byKeyPolicyAlone = { sessionArn: role.sessionArn };
    const on = (keyArn: string) => (principal: Principal, action: string, policy?: object): AuthorizationRequest => ({
      principal,
      action,
      resource: keyArn,
      context: this.sourceContext(principal, source),
      resourcePolicy: policy ?? this.world.kms.usablePolicy(keyArn),
    });
    const requests: AuthorizationRequest[] = [];
    if (kmsKeyArn) {
      const request = on(kmsKeyArn);
      requests.push(
        ...KEY_ACTIONS.map(action => request(role, action, DELEGATING_KEY_POLICY)),
        ...KEY_ACTIONS.map(action => request(role, action)),
        request(byKeyPolicyAlone, KEY_POLICY_ACTION),
        ...[...KEY_ACTIONS, KEY_POLICY_ACTION].map(action => request({ service: SERVICE }, action)),
      );
    }
    if (groupKmsKeyArn) {
      for (const keyArn of new Set([groupKmsKeyArn, ...kmsKeyArn ? [kmsKeyArn] : []])) {
        const request = on(keyArn);
        requests.push(
          request(role, GROUP_KEY_ACTION, DELEGATING_KEY_POLICY),
          request(byKeyPolicyAlone, GROUP_KEY_ACTION),
          request({ service: SERVICE }, GROUP_KEY_ACTION),
        );
      }
    }
    return requests;
  }

  private sourceContext(principal: Principal, source: Record<string, string>): Record<string, string> {
    return principal.service && this.sendSourceContext() ? source : {};
  }
}
