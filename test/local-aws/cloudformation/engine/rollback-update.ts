import { deleteAll } from './deletion';
import type { Provisioner } from './provisioner';
import type { ResourceState } from './resource-state';
import type { Stack } from './stack';
import { runSteps } from './steps';
import { isCustomResource } from '../custom-resource/type-name';

/**
 * Brings a stack back to what it was before a failed update. Nothing is taken back by deleting: what was updated is updated
 * once more, with the properties of before; what the update made is deleted after that.
 */
export async function rollBackUpdate(
  stack: Stack, before: ReadonlyMap<string, ResourceState>, provisioner: Provisioner, reason: string,
): Promise<void> {
  stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  stack.cancel = undefined;
  const cleanup: ResourceState[] = [];
  const run = async (previous: ResourceState): Promise<void> => {
    const current = stack.resources.get(previous.logicalId)!;
    if (current.physicalId === previous.physicalId && provisioner.isSame(current, previous.properties)) {
      restore(stack, current, previous);
      return;
    }
    if (!isCustomResource(previous.type) && current.physicalId !== previous.physicalId) {
      cleanup.push(current);
      restore(stack, current, previous);
      return;
    }
    const restored = await provisioner.update(current, previous, previous.properties, new AbortController().signal);
    const superseded = [previous, current].filter(({ physicalId }) => physicalId !== restored.physicalId);
    cleanup.push(...superseded.filter((state, index) => superseded.findIndex(({ physicalId }) => physicalId === state.physicalId) === index));
  };
  const failures = await runSteps([...before.values()].map((previous) => ({
    id: previous.logicalId,
    after: previous.dependencies,
    eager: provisioner.isEager(previous.type),
    run: () => run(previous),
  })), { order: 'eager first', afterFailure: 'stop' });
  if (failures.size > 0) {
    stack.setStatus('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${[...failures.keys()].join(', ')}].`);
    return;
  }
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  const created = [...stack.resources.values()].filter(({ logicalId }) => !before.has(logicalId));
  created.forEach(({ logicalId }) => stack.resources.delete(logicalId));
  await deleteAll([...cleanup, ...created], provisioner, (state) => created.includes(state)
    ? state.deletionPolicy === 'Retain' && state.status === 'CREATE_COMPLETE'
    : state.updateReplacePolicy !== 'Delete');
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE');
}

/** What was before is still there. */
function restore(stack: Stack, current: ResourceState, previous: ResourceState): void {
  if (current.timestamp === previous.timestamp) {
    stack.resources.set(previous.logicalId, previous);
  } else {
    stack.setResource({ ...previous, status: 'UPDATE_COMPLETE', statusReason: undefined });
  }
}
