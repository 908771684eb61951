import { deleteAll } from './deletion';
import type { Exports } from './exports';
import type { Provisioner } from './provisioner';
import { forget, withoutCurrent } from './replaced';
import type { ResourceState } from './resource-state';
import type { Stack } from './stack';

/** What stays when a stack is deleted, besides what its policies say. */
export interface Kept {
  /** logical ids */
  readonly retain: readonly string[];
  /** everything that cannot be deleted */
  readonly force: boolean;
}

/** Deletes a stack's resources, except those that its policies or the caller want kept. */
export async function deleteStack(stack: Stack, provisioner: Provisioner, exports: Exports, { retain, force }: Kept): Promise<void> {
  stack.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
  try {
    exports.checkUnused(stack);
  } catch (error) {
    stack.setStatus('DELETE_FAILED', (error as Error).message);
    return;
  }
  const replaced = withoutCurrent(stack.superseded, stack);
  const policy = (state: ResourceState) => replaced.includes(state) ? state.updateReplacePolicy : state.deletionPolicy;
  const left = await deleteAll(
    [...replaced, ...stack.resources.values()],
    provisioner,
    state => policy(state) !== 'Delete' || retain.includes(state.logicalId),
    { onDeleted: state => forget(stack, state), afterFailure: force ? 'ignore' : 'go on' },
  );
  stack.superseded = [];
  if (force) {
    stack.resources.clear();
  } else if (left.size > 0) {
    for (const [state, error] of left) {
      stack.resources.set(state.logicalId, { ...state, status: 'DELETE_FAILED', statusReason: error.message });
    }
    stack.setStatus('DELETE_FAILED', `The following resource(s) failed to delete: [${[...left.keys()].map(({ logicalId }) => logicalId).join(', ')}]. `);
    return;
  }
  stack.outputs = [];
  stack.imports.clear();
  stack.deletionTime = stack.now();
  stack.setStatus('DELETE_COMPLETE');
}
