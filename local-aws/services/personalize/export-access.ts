import type { ExportJob } from './export-job';
import { ACCOUNT, ServiceError, type AuthorizationRequest, type Iam, type Kms, type S3 } from '../../core';

const SERVICE = 'personalize.amazonaws.com';
/** The role's own policy and the key's policy must allow these … */
const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:ListGrants'];
/** … and the key's policy alone this one. */
const KEY_POLICY_ACTION = 'kms:CreateGrant';
/** In addition, in both policies, when the dataset group has a key of its own. */
const GROUP_KEY_ACTION = 'kms:GenerateDataKeyWithoutPlaintext';
/** A key policy that leaves everything to identity policies: to ask what these say by themselves. */
const DELEGATING_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

export interface ExportTarget {
  readonly bucket: string;
  readonly keys: string[];
  /** the key that the output is encrypted with: the job's or the bucket's */
  readonly kmsKeyArn?: string;
  readonly groupKmsKeyArn?: string;
}

/** Decides whether Personalize, itself and in the service role it was given, may write a job's output. */
export class ExportAccess {
  constructor(private readonly parts: { iam: Iam; s3: S3; kms: Kms }, private readonly sendSourceContext: () => boolean) {}

  /** The first thing that is not allowed; undefined when everything is. */
  public async missing(job: ExportJob, target: ExportTarget): Promise<string | undefined> {
    const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': job.arn };
    const { roleArn } = job.request;
    let sessionArn: string;
    try {
      const session = await this.parts.iam.assumeRole({
        roleArn, sessionName: 'PersonalizeDatasetExport', principal: { service: SERVICE }, context: source,
      });
      sessionArn = session.caller.arn;
    } catch (error) {
      if (error instanceof ServiceError && error.code === 'AccessDenied') {
        return error.message;
      }
      throw error;
    }
    const role = { roleArn, sessionArn };
    const requests = [
      ...this.bucketRequests(job, target, role, source),
      ...this.keyRequests(target, role, source),
    ];
    for (const request of requests) {
      if (!await this.parts.iam.isAllowed(request)) {
        const who = request.principal.service ?? (request.principal.roleArn ? roleArn : `${roleArn} (by the key policy alone)`);
        return `${who} may not ${request.action} on ${request.resource}`;
      }
    }
    return undefined;
  }

  private bucketRequests(
    job: ExportJob, { bucket, keys }: ExportTarget, role: AuthorizationRequest['principal'], source: Record<string, string>,
  ): AuthorizationRequest[] {
    const { kmsKeyArn } = job.request.jobOutput.s3DataDestination;
    const resourcePolicy = this.parts.s3.bucket(bucket)?.policy;
    const tls = { 'aws:SecureTransport': 'true' };
    const encryption = kmsKeyArn
      ? { 's3:x-amz-server-side-encryption': 'aws:kms', 's3:x-amz-server-side-encryption-aws-kms-key-id': kmsKeyArn }
      : {};
    return [role, { service: SERVICE }].flatMap(principal => {
      const context = { ...tls, ...this.sourceContext(principal, source) };
      return [
        { principal, action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context, resourcePolicy },
        ...keys.map(key => ({
          principal, action: 's3:PutObject', resource: `arn:aws:s3:::${bucket}/${key}`, context: { ...context, ...encryption }, resourcePolicy,
        })),
      ];
    });
  }

  private keyRequests(
    { kmsKeyArn, groupKmsKeyArn }: ExportTarget, role: AuthorizationRequest['principal'], source: Record<string, string>,
  ): AuthorizationRequest[] {
    // without roleArn the role's own policies do not count: what remains is the key policy
    const byKeyPolicyAlone = { sessionArn: role.sessionArn };
    const on = (keyArn: string) => (principal: AuthorizationRequest['principal'], action: string, policy?: object): AuthorizationRequest => ({
      principal, action, resource: keyArn, context: this.sourceContext(principal, source), resourcePolicy: policy ?? this.keyPolicy(keyArn),
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
      for (const keyArn of new Set([groupKmsKeyArn, ...(kmsKeyArn ? [kmsKeyArn] : [])])) {
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

  /** A key that is gone can be used by nobody: as if its policy allowed nothing. */
  private keyPolicy(keyArn: string): object {
    return this.parts.kms.keyPolicy(keyArn)
      ?? { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' }] };
  }

  private sourceContext(principal: AuthorizationRequest['principal'], source: Record<string, string>): Record<string, string> {
    return principal.service && this.sendSourceContext() ? source : {};
  }
}
