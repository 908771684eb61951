import { randomUUID } from 'crypto';
import { ACCOUNT, ServiceError, found } from '../../core';
import { Eventual } from '../../eventual';
import { checkQuota, sizeOf } from '../../quotas';
import type { World } from '../../world';
import { checkResourcePolicy } from '../iam/policy-documents';

interface Key {
  readonly policy: Eventual<object>;
  deletionScheduled: boolean;
}

const DENYING = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Principal: '*', Action: 'kms:*', Resource: '*' }] };

/** Keys and their policies. Whoever uses a key asks IAM, with the key's policy as resource policy. */
export class KmsStore {
  private readonly keys = new Map<string, Key>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'iam' | 'profile'>) {}

  /** Returns the key's ARN. */
  public createKey(policy: object): string {
    this.check(policy);
    const arn = `arn:aws:kms:${this.world.region}:${ACCOUNT}:key/${randomUUID()}`;
    const eventual = new Eventual<object>(this.world.clock, this.world.profile.keySeconds);
    eventual.set(policy);
    this.keys.set(arn, { policy: eventual, deletionScheduled: false });
    return arn;
  }

  public putKeyPolicy(keyArn: string, policy: object): void {
    this.check(policy);
    this.key(keyArn).policy.set(policy);
  }

  public scheduleKeyDeletion(keyArn: string): void {
    this.key(keyArn).deletionScheduled = true;
  }

  /** The policy in effect; undefined if the key does not exist, has not taken effect or is pending deletion. */
  public keyPolicy(keyArn: string): object | undefined {
    const key = this.keys.get(keyArn);
    return key?.deletionScheduled ? undefined : key?.policy.inEffect;
  }

  /** The key's policy; one that denies everything if the key does not exist or is pending deletion. */
  public usablePolicy(keyArn: string): object {
    return this.keyPolicy(keyArn) ?? DENYING;
  }

  private check(policy: object): void {
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html
    checkResourcePolicy(policy, this.world.iam, 'MalformedPolicyDocumentException');
    checkQuota('kmsKeyPolicy', sizeOf('kmsKeyPolicy', JSON.stringify(policy)), most => `The key policy is longer than ${most} bytes`);
  }

  private key(keyArn: string): Key {
    return found(this.keys.get(keyArn), () => new ServiceError('NotFoundException', `Key '${keyArn}' does not exist`));
  }
}
