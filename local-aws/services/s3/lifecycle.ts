import { record } from '../../cloudformation/resource-type';
import { ServiceError } from '../../core';

interface Transition {
  readonly StorageClass: string;
  readonly TransitionInDays?: number;
}

/**
 * Whether S3 accepts the rules of a lifecycle configuration. They have no effect here.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html
 */
export function checkLifecycle(configuration: unknown): void {
  if (configuration === undefined) { return; }
  for (const rule of record(configuration).Rules as Record<string, unknown>[]) {
    const transitions = (rule.Transitions as Transition[] | undefined ?? []).map(({ StorageClass, TransitionInDays }) => (
      { storageClass: StorageClass, days: Number(TransitionInDays) }));
    for (const { storageClass, days } of transitions) { checkTransition(storageClass, days, transitions); }
    const latest = Math.max(...transitions.map(({ days }) => days));
    if (rule.ExpirationInDays !== undefined && Number(rule.ExpirationInDays) <= latest) {
      throw invalid('\'Days\' in the Expiration action must be greater than \'Days\' in the Transition action');
    }
  }
}

function checkTransition(storageClass: string, days: number, all: readonly { storageClass: string; days: number }[]): void {
  if (all.filter(other => other.storageClass === storageClass).length > 1) { throw invalid('\'StorageClass\' must be different for \'Transition\' actions in same \'Rule\''); }
  if (!/^(STANDARD|ONEZONE)_IA$/.test(storageClass)) { return; }
  if (days < 30) { throw invalid(`'Days' in Transition action must be greater than or equal to 30 for storageClass '${storageClass}'`); }
  // a rule must leave objects 30 days in Infrequent Access
  const next = all.find(other => other.days > days && other.days < days + 30);
  if (next) { throw invalid(`'Days' in the Transition action for storageClass '${next.storageClass}' must be 30 days more than for '${storageClass}'`); }
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidArgument', message);
}
