import { randomUUID } from 'node:crypto';
import { ACCOUNT, ServiceError, type Kms } from '../../core';
import { checkPolicyDocument, checkRolePrincipals } from '../iam/policy-documents';

/** Keys and their policies. Who may use a key is decided by whoever uses it, with the key's policy as resource policy. */
export class KmsStore implements Kms {
  private readonly keys = new Map<string, { policy: object; deletionScheduled: boolean }>();

  constructor(private readonly region: string, private readonly hasRole: (arn: string) => boolean) {}

  public createKey(policy: object): string {
    this.check(policy);
    const arn = `arn:aws:kms:${this.region}:${ACCOUNT}:key/${randomUUID()}`;
    this.keys.set(arn, { policy, deletionScheduled: false });
    return arn;
  }

  public putKeyPolicy(keyArn: string, policy: object): void {
    this.check(policy);
    this.get(keyArn).policy = policy;
  }

  public scheduleKeyDeletion(keyArn: string): void {
    this.get(keyArn).deletionScheduled = true;
  }

  public keyPolicy(keyArn: string): object | undefined {
    const key = this.keys.get(keyArn);
    return key && !key.deletionScheduled ? key.policy : undefined;
  }

  private get(keyArn: string): { policy: object; deletionScheduled: boolean } {
    const key = this.keys.get(keyArn);
    if (!key) {
      throw new ServiceError('NotFoundException', `Key '${keyArn}' does not exist`);
    }
    return key;
  }

  private check(policy: object): void {
    checkPolicyDocument(policy);
    checkRolePrincipals(policy, this.hasRole);
  }
}
