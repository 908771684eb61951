import { deleteResources } from './deletion';
import type { Exports } from './exports';
import type { Provisioner } from './provisioner';
import type { Stack } from './stack';

/** What to keep when a stack is deleted, besides what its policies retain. */
export interface Kept {
  /** logical IDs */
  readonly retain: readonly string[];
  /** everything that cannot be deleted */
  readonly force: boolean;
}

export async function deleteStack(stack: Stack, provisioner: Provisioner, exports: Exports, { retain, force }: Kept): Promise<void> {
  const before = stack.status;
  stack.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
  try {
    exports.checkUnused(stack);
  } catch (error) {
    // nothing is deleted, so nothing has failed: https://github.com/boto/boto3/issues/4192
    stack.setStatus(before, (error as Error).message);
    return;
  }
  const failure = await deleteResources(stack, provisioner, (state, isReplaced) => (
    (isReplaced ? state.updateReplacePolicy : state.deletionPolicy) !== 'Delete' || retain.includes(state.logicalId)
  ), { afterFailure: force ? 'ignore' : 'go on' });
  if (failure !== undefined && !force) {
    stack.setStatus('DELETE_FAILED', `${failure} `);
    return;
  }
  stack.resources.clear();
  stack.outputs = [];
  stack.imports.clear();
  stack.deletionTime = stack.now();
  stack.setStatus('DELETE_COMPLETE');
}
