import { deleteAll } from './deletion';
import type { Provisioner } from './provisioner';
import { forget, withoutCurrent } from './replaced';
import type { ResourceState } from './resource-state';
import type { Stack } from './stack';

/** Deletes what a stack that never was complete has made. */
export async function rollBackCreation(stack: Stack, provisioner: Provisioner, reason: string, retainExceptOnCreate: boolean): Promise<void> {
  stack.setStatus('ROLLBACK_IN_PROGRESS', reason);
  stack.cancel = undefined;
  const left = await deleteAll(
    [...withoutCurrent(stack.superseded, stack), ...stack.resources.values()],
    provisioner,
    state => isRetainedOnRollback(state, retainExceptOnCreate),
    { onDeleted: state => forget(stack, state) },
  );
  stack.superseded = [];
  for (const [state, error] of left) {
    stack.resources.set(state.logicalId, { ...state, status: 'DELETE_FAILED', statusReason: error.message });
  }
  stack.imports.clear();
  if (left.size > 0) {
    stack.setStatus('ROLLBACK_FAILED', `The following resource(s) failed to delete: [${[...left.keys()].map(({ logicalId }) => logicalId).join(', ')}].`);
  } else {
    stack.setStatus('ROLLBACK_COMPLETE');
  }
}

/**
 * Whether a resource stays when the operation that created it is rolled back: RetainExceptOnCreate means just this case.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 * A resource that was never completed is not worth keeping.
 */
export function isRetainedOnRollback({ deletionPolicy, status }: ResourceState, retainExceptOnCreate: boolean): boolean {
  return deletionPolicy === 'Retain' && status !== 'CREATE_FAILED' && !retainExceptOnCreate;
}
