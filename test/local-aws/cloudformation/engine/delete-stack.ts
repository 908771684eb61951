import { deleteAll } from './deletion';
import type { Exports } from './exports';
import type { Provisioner } from './provisioner';
import type { Stack } from './stack';

/** Deletes a stack's resources, except those that its policies or the caller want kept. */
export async function deleteStack(stack: Stack, provisioner: Provisioner, exports: Exports, retain: readonly string[]): Promise<void> {
  stack.setStatus('DELETE_IN_PROGRESS', 'User Initiated');
  try {
    exports.checkUnused(stack);
  } catch (error) {
    stack.setStatus('DELETE_FAILED', (error as Error).message);
    return;
  }
  const left = await deleteAll(
    [...stack.resources.values()],
    provisioner,
    ({ logicalId, deletionPolicy }) => deletionPolicy !== 'Delete' || retain.includes(logicalId),
    ({ logicalId }) => stack.resources.delete(logicalId),
  );
  for (const [state, error] of left) {
    stack.resources.set(state.logicalId, { ...state, status: 'DELETE_FAILED', statusReason: error.message });
  }
  if (left.size > 0) {
    stack.setStatus('DELETE_FAILED', `The following resource(s) failed to delete: [${[...left.keys()].map(({ logicalId }) => logicalId).join(', ')}]. `);
    return;
  }
  stack.outputs = [];
  stack.imports.clear();
  stack.deletionTime = stack.now();
  stack.setStatus('DELETE_COMPLETE');
}
