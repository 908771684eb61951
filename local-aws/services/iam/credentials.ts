import { ACCOUNT, type Caller } from '../../core';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
  readonly caller: Caller;
}

/** The key that a person deploys with; it is worth nothing elsewhere. Its user may do everything. */
export const DEPLOYER = {
  accessKeyId: 'LOCALAWSDEPLOYER',
  secretAccessKey: 'local-aws',
  userArn: `arn:aws:iam::${ACCOUNT}:user/deployer`,
};

/** Who holds which access key. */
export class CredentialStore {
  private readonly callers = new Map<string, Caller>([
    [DEPLOYER.accessKeyId, { accessKeyId: DEPLOYER.accessKeyId, account: ACCOUNT, arn: DEPLOYER.userArn }],
  ]);
  private issued = 0;

  /** Undefined for an unknown key. */
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
      // in real time, not simulated: the SDKs compare it with their own clock
      expiration: new Date(Date.now() + 12 * 3600 * 1000),
      caller,
    };
  }
}
