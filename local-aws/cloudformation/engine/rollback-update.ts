import { deleteAll } from './deletion';
import type { Provisioner } from './provisioner';
import { withoutCurrent } from './replaced';
import type { ResourceState } from './resource-state';
import { isRetainedOnRollback } from './rollback-creation';
import type { StableState, Stack } from './stack';
import { runSteps } from './steps';
import { isCustomResource } from '../custom-resource/type-name';

/**
 * Brings a stack back to what it was when it was complete the last time. Nothing is taken back by deleting: what was updated is
 * updated once more, with the properties of before; what the updates made is deleted after that.
 */
export async function rollBackUpdate(
  stack: Stack, stable: StableState, provisioner: Provisioner, reason: string, retainExceptOnCreate: boolean,
): Promise<void> {
  const { resources: before, blueprint, settings, imports } = stable;
  stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  stack.cancel = undefined;
  const replaced: ResourceState[] = [...stack.superseded];
  const run = async (previous: ResourceState): Promise<void> => {
    const current = stack.resources.get(previous.logicalId)!;
    if (current.physicalId === previous.physicalId && provisioner.isSame(current, previous.properties)) {
      restore(stack, current, previous);
      return;
    }
    replaced.push(previous, current);
    if (!isCustomResource(previous.type) && current.physicalId !== previous.physicalId) {
      restore(stack, current, previous);
      return;
    }
    await provisioner.update(current, previous, previous.properties, new AbortController().signal);
  };
  const failures = await runSteps([...before.values()].map(previous => ({
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
  const cleanup = withoutCurrent(replaced, stack);
  const created = [...stack.resources.values()].filter(({ logicalId }) => !before.has(logicalId));
  created.forEach(({ logicalId }) => stack.resources.delete(logicalId));
  stack.setImports(imports);
  stack.settle(blueprint, settings);
  await deleteAll([...cleanup, ...created], provisioner, state => created.includes(state)
    ? isRetainedOnRollback(state, retainExceptOnCreate)
    : state.updateReplacePolicy !== 'Delete', { afterFailure: 'ignore' });
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE');
}

/** What was before is still there. */
function restore(stack: Stack, current: ResourceState, previous: ResourceState): void {
  if (current.timestamp === previous.timestamp) {
    stack.resources.set(previous.logicalId, previous);
  } else {
    stack.addResourceEvent({ ...current, status: 'UPDATE_IN_PROGRESS', statusReason: undefined });
    stack.setResource({ ...previous, status: 'UPDATE_COMPLETE', statusReason: undefined });
  }
}
