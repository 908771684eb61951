import { deleteAll, deleteResources, withoutCurrent } from './deletion';
import type { Provisioner } from './provisioner';
import type { ResourceState, StableState, Stack } from './stack';
import { runSteps } from './steps';
import { isCustomResource } from '../custom-resource/custom-resources';
import { isDeletedFirst } from '../rules';

/**
 * Returns a stack to its last stable state; without one, deletes its resources.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
 */
export async function rollBack(stack: Stack, provisioner: Provisioner, reason: string, retainExceptOnCreate = false): Promise<void> {
  return stack.stable
    ? rollBackUpdate(stack, stack.stable, provisioner, reason, retainExceptOnCreate)
    : rollBackCreation(stack, provisioner, reason, retainExceptOnCreate);
}

async function rollBackCreation(stack: Stack, provisioner: Provisioner, reason: string, retainExceptOnCreate: boolean): Promise<void> {
  stack.setStatus('ROLLBACK_IN_PROGRESS', reason);
  const failure = await deleteResources(stack, provisioner, state => isRetained(state, retainExceptOnCreate));
  stack.imports.clear();
  stack.setStatus(failure === undefined ? 'ROLLBACK_COMPLETE' : 'ROLLBACK_FAILED', failure);
}

/** Resources that were updated are updated once more, with their previous properties. Only then resources that the updates created are deleted. */
async function rollBackUpdate(
  stack: Stack, stable: StableState, provisioner: Provisioner, reason: string, retainExceptOnCreate: boolean,
): Promise<void> {
  const { resources: before, blueprint, settings, imports } = stable;
  stack.setStatus('UPDATE_ROLLBACK_IN_PROGRESS', reason);
  const replaced: ResourceState[] = [...stack.superseded];
  const run = async (previous: ResourceState): Promise<void> => {
    const current = stack.resources.get(previous.logicalId)!;
    const isUnchanged = current.physicalId === previous.physicalId && provisioner.isSame(current, previous.properties);
    const isDeleted = isDeletedFirst(previous.type);
    if (!isUnchanged && !isDeleted) { replaced.push(previous, current); }
    if (isUnchanged || (!isDeleted && !isCustomResource(previous.type) && current.physicalId !== previous.physicalId)) {
      restore(stack, current, previous);
    } else {
      await provisioner.update(current, previous, previous.properties);
    }
  };
  const failures = await runSteps([...before.values()].map(previous => ({
    id: previous.logicalId,
    after: previous.dependencies,
    eager: provisioner.isEager(previous.type),
    run: () => run(previous),
  })), { order: 'eager first', reversed: provisioner.reversesOrder, afterFailure: 'stop' });
  if (failures.size > 0) {
    stack.setStatus('UPDATE_ROLLBACK_FAILED', `The following resource(s) failed to update: [${[...failures.keys()].join(', ')}].`);
    return;
  }
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
  const cleanup = withoutCurrent(replaced, stack);
  const created = stack.takeOut(({ logicalId }) => !before.has(logicalId));
  stack.setImports(imports);
  stack.settle(blueprint, settings);
  await deleteAll([...cleanup, ...created], provisioner, state => created.includes(state)
    ? isRetained(state, retainExceptOnCreate)
    : state.updateReplacePolicy !== 'Delete', { afterFailure: 'ignore' });
  stack.setStatus('UPDATE_ROLLBACK_COMPLETE');
}

/**
 * Whether a resource is retained when its creation is rolled back. RetainExceptOnCreate is for just this case, and a resource that was never completed goes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
 */
function isRetained({ deletionPolicy, status }: ResourceState, retainExceptOnCreate: boolean): boolean {
  return deletionPolicy === 'Retain' && status !== 'CREATE_FAILED' && !retainExceptOnCreate;
}

/** The previous resource still exists. */
function restore(stack: Stack, current: ResourceState, previous: ResourceState): void {
  if (current.timestamp === previous.timestamp) {
    stack.resources.set(previous.logicalId, previous);
  } else {
    stack.addResourceEvent({ ...current, status: 'UPDATE_IN_PROGRESS', statusReason: undefined });
    stack.setResource({ ...previous, status: 'UPDATE_COMPLETE', statusReason: undefined });
  }
}
