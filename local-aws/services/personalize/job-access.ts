import type { Job } from './job-runner';
import { ACCOUNT, ServiceError } from '../../core';
import type { World } from '../../world';
import type { AuthorizationRequest, Principal } from '../iam/authorization';

const SERVICE = { service: 'personalize.amazonaws.com' };
/** A key policy that delegates everything to identity policies: with it, a decision shows what these allow by themselves. */
const DELEGATING_KEY_POLICY = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};

/** The key's actions that a job needs: https://docs.aws.amazon.com/personalize/latest/dg/granting-personalize-key-access.html */
export const KEY_ACTIONS = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey', 'kms:ListGrants'];
/** Of these, the key policy alone must allow this one. */
export const KEY_POLICY_ACTION = 'kms:CreateGrant';

/** How Personalize works on a job: as the service itself, and as the job's role. */
export class JobPrincipals {
  public readonly service: Principal = SERVICE;
  public readonly role: Principal;
  /** without roleArn, the role's own policies do not count */
  public readonly roleByResourcePolicy: Principal;

  constructor(
    private readonly world: Pick<World, 's3' | 'kms'>, roleArn: string, sessionArn: string, private readonly source: Record<string, string>,
    private readonly sendsSource: boolean,
  ) {
    this.role = { roleArn, sessionArn };
    this.roleByResourcePolicy = { sessionArn };
  }

  /** To list the bucket, and to do this to the objects. */
  public onBucket(bucket: string, action: string, keys: readonly string[], context: Record<string, string> = {}): AuthorizationRequest[] {
    const resourcePolicy = this.world.s3.bucket(bucket)?.policy;
    return [this.role, this.service].flatMap(principal => {
      const ofBucket = { 'aws:SecureTransport': 'true', ...this.sourceContext(principal) };
      return [
        { principal, action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}`, context: ofBucket, resourcePolicy },
        ...keys.map(key => ({ principal, action, resource: `arn:aws:s3:::${bucket}/${key}`, context: { ...ofBucket, ...context }, resourcePolicy })),
      ];
    });
  }

  public onKey(
    keyArn: string, principal: Principal, actions: readonly string[], resourcePolicy = this.world.kms.usablePolicy(keyArn),
  ): AuthorizationRequest[] {
    return actions.map(action => ({ principal, action, resource: keyArn, context: this.sourceContext(principal), resourcePolicy }));
  }

  /** What the role's own policies must allow, whatever the key's policy says. */
  public onKeyByIdentity(keyArn: string, actions: readonly string[]): AuthorizationRequest[] {
    return this.onKey(keyArn, this.role, actions, DELEGATING_KEY_POLICY);
  }

  private sourceContext(principal: Principal): Record<string, string> {
    return principal.service && this.sendsSource ? this.source : {};
  }
}

/** The first request of a job that is not allowed; undefined if all are. */
export async function firstRefused(
  { iam, ...world }: Pick<World, 'iam' | 's3' | 'kms'>, { arn }: Pick<Job, 'arn'>, roleArn: string, sendsSource: boolean,
  requests: (principals: JobPrincipals) => AuthorizationRequest[],
): Promise<string | undefined> {
  const source = { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arn };
  let sessionArn: string;
  try {
    const session = await iam.assumeRole({ roleArn, sessionName: 'PersonalizeDatasetJob', principal: SERVICE, context: source });
    sessionArn = session.caller.arn;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'AccessDenied') { return error.message; }
    throw error;
  }
  for (const request of requests(new JobPrincipals(world, roleArn, sessionArn, source, sendsSource))) {
    if (!await iam.isAllowed(request)) {
      const who = request.principal.service ?? (request.principal.roleArn ? roleArn : `${roleArn} (by the key policy alone)`);
      return `${who} may not ${request.action} on ${request.resource}`;
    }
  }
  return undefined;
}
