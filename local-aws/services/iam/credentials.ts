import { ACCOUNT, type Caller, type Credentials } from '../../core';

/** The dummy key that a person deploys with; its user may do everything. */
export const DEPLOYER = {
  accessKeyId: 'LOCALAWSDEPLOYER',
  secretAccessKey: 'local-aws',
  userArn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
};

/** Who is behind which access key id. */
export class CredentialStore {
  private readonly callers = new Map<string, Caller>([
    [DEPLOYER.accessKeyId, { accessKeyId: DEPLOYER.accessKeyId, account: ACCOUNT, arn: DEPLOYER.userArn }],
  ]);
  private issued = 0;

  /** Undefined for a key that nobody was given. */
  public caller(accessKeyId: string): Caller | undefined {
    return this.callers.get(accessKeyId);
  }

  public issue(roleArn: string, sessionName: string): Credentials {
    const accessKeyId = `LOCALAWSSESSION${String(++this.issued).padStart(5, '0')}`;
    const roleName = roleArn.slice(roleArn.lastIndexOf('/') + 1);
    const caller: Caller = { accessKeyId, account: ACCOUNT, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${roleName}/${sessionName}`, roleArn };
    this.callers.set(accessKeyId, caller);
    return {
      accessKeyId,
      secretAccessKey: DEPLOYER.secretAccessKey,
      sessionToken: `session-token-of-${accessKeyId}`,
      // by the wall clock, not the simulated one: the SDKs compare it with theirs
      expiration: new Date(Date.now() + 12 * 3600 * 1000),
      caller,
    };
  }
}
