import { deleteAll } from './deletion';
import type { Exports } from './exports';
import { resolveOutputs } from './outputs';
import { policies, type Provisioner } from './provisioner';
import type { ResourceState } from './resource-state';
import { rollBackUpdate } from './rollback-update';
import type { Stack, StackSettings } from './stack';
import { stackScope } from './stack-scope';
import { runSteps } from './steps';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';
import type { ResourceDefinition } from '../template/template';

/** Brings a stack to another template; what is replaced or no longer wanted is deleted at the end. When something fails, goes all the way back. */
export async function updateStack(
  stack: Stack, blueprint: Blueprint, settings: StackSettings, provisioner: Provisioner, exports: Exports,
): Promise<void> {
  const calledOff = new AbortController();
  stack.cancel = () => calledOff.abort();
  stack.lastUpdatedTime = stack.now();
  stack.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
  const before = new Map(stack.resources);
  const superseded: ResourceState[] = [];
  const scope = stackScope(stack, blueprint, (name) => exports.importValue(stack, name));

  const run = async (logicalId: string, definition: ResourceDefinition): Promise<void> => {
    const dependencies = blueprint.dependencies(logicalId);
    const resolved = () => resolve(definition.Properties ?? {}, scope) as Record<string, unknown>;
    const existing = before.get(logicalId);
    if (!existing) {
      await provisioner.create(logicalId, definition, dependencies, resolved, calledOff.signal);
      return;
    }
    const properties = resolvedFor(stack, existing, resolved);
    const after = { dependencies, ...policies(definition) };
    if (provisioner.isSame(existing, properties)) {
      stack.resources.set(logicalId, { ...existing, ...after });
      return;
    }
    const updated = await provisioner.update(existing, after, properties, calledOff.signal);
    if (updated.physicalId !== existing.physicalId) {
      superseded.push(existing);
    }
  };
  const failures = await runSteps([...blueprint.resources].map(([logicalId, definition]) => ({
    id: logicalId,
    after: blueprint.dependencies(logicalId),
    eager: provisioner.isEager(definition.Type),
    run: () => run(logicalId, definition),
  })), { order: 'eager first', afterFailure: 'stop', signal: calledOff.signal, onFailure: () => calledOff.abort() });

  const reason = failureReason(before, failures) ?? (calledOff.signal.aborted ? 'User Initiated' : undefined)
    ?? completeOutputs(stack, () => resolveOutputs(stack, blueprint, scope, exports));
  if (reason !== undefined) {
    await rollBackUpdate(stack, before, provisioner, reason);
    return;
  }
  stack.blueprint = blueprint;
  stack.settings = settings;
  stack.cancel = undefined;
  stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const removed = [...before.values()].filter(({ logicalId }) => !blueprint.resources.has(logicalId));
  removed.forEach(({ logicalId }) => stack.resources.delete(logicalId));
  await deleteAll([...superseded, ...removed], provisioner, (state) => (
    (superseded.includes(state) ? state.updateReplacePolicy : state.deletionPolicy) !== 'Delete'));
  // what could not be deleted is left behind: CloudFormation calls the update complete all the same
  stack.setStatus('UPDATE_COMPLETE');
}

/** A failure to resolve is the resource's failure, though nothing was done to it. */
function resolvedFor(stack: Stack, existing: ResourceState, resolved: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return resolved();
  } catch (error) {
    stack.setResource({ ...existing, status: 'UPDATE_FAILED', statusReason: (error as Error).message });
    throw error;
  }
}

function failureReason(before: ReadonlyMap<string, ResourceState>, failures: ReadonlyMap<string, Error>): string | undefined {
  const failed = (verb: string, ids: string[]) => ids.length > 0 ? `The following resource(s) failed to ${verb}: [${ids.join(', ')}].` : '';
  const ids = [...failures.keys()];
  return ids.length === 0 ? undefined
    : [failed('create', ids.filter((id) => !before.has(id))), failed('update', ids.filter((id) => before.has(id)))].join(' ').trim();
}

/** Sets the outputs, or says why they cannot be. */
function completeOutputs(stack: Stack, resolved: () => Stack['outputs']): string | undefined {
  try {
    stack.outputs = resolved();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
