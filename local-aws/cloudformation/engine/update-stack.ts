import { bringBack } from './bring-back';
import { deleteAll } from './deletion';
import type { OtherStacks } from './other-stacks';
import { resolveOutputs } from './outputs';
import { policies, type Provisioner } from './provisioner';
import { Provisioning } from './provisioning';
import { withoutCurrent } from './replaced';
import type { ResourceState } from './resource-state';
import { rollBack } from './rollback';
import type { Stack, StackSettings } from './stack';
import { stackScope } from './stack-scope';
import { isCustomResource } from '../custom-resource/type-name';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';
import type { ResourceDefinition } from '../template/template';

/**
 * Brings a stack to another template; what is replaced or no longer wanted is deleted at the end. When something fails, goes all the
 * way back, or no further if rollback is disabled.
 */
export async function updateStack(
  stack: Stack, blueprint: Blueprint, settings: StackSettings, provisioner: Provisioner, { exports, outputs }: OtherStacks,
): Promise<void> {
  const provisioning = new Provisioning(stack);
  stack.lastUpdatedTime = stack.now();
  stack.setStatus('UPDATE_IN_PROGRESS', 'User Initiated');
  const before = new Map(stack.resources);
  const imports = new Set<string>();
  const scope = stackScope(stack, blueprint, {
    importValue: name => {
      imports.add(name);
      return exports.importValue(stack, name);
    },
    stackOutput: await outputs.read(blueprint, settings.principal),
  });

  const run = async (logicalId: string, definition: ResourceDefinition): Promise<void> => {
    const dependencies = blueprint.dependencies(logicalId);
    const resolved = () => resolve(definition.Properties ?? {}, scope) as Record<string, unknown>;
    const existing = before.get(logicalId);
    if (!existing || isUnmade(existing)) {
      await removeUnmade(existing, provisioner);
      await provisioner.create(logicalId, definition, dependencies, resolved, provisioning.signal);
      return;
    }
    const properties = resolvedFor(stack, existing, resolved);
    const after = { dependencies, ...policies(definition) };
    if (provisioner.isSame(existing, properties) && !isRetried(existing)) {
      stack.resources.set(logicalId, { ...existing, ...after });
      return;
    }
    if (stack.disableRollback && provisioner.isReplacement(existing, properties)) {
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html: immutable update types aren't supported
      throw refused(stack, existing, new Error('Replacement type updates not supported on stack with disable-rollback.'));
    }
    const updated = await provisioner.update(existing, after, properties, provisioning.signal);
    if (updated.physicalId !== existing.physicalId) {
      stack.superseded = [...stack.superseded, existing];
    }
  };
  const unwanted = [...before.values()].filter(state => isUnmade(state) && !blueprint.resources.has(state.logicalId));
  const failures = await provisioning.run([
    ...[...blueprint.resources].map(([logicalId, definition]) => ({
      id: logicalId,
      after: blueprint.dependencies(logicalId),
      eager: provisioner.isEager(definition.Type),
      run: () => run(logicalId, definition),
    })),
    ...unwanted.map(state => ({
      id: state.logicalId,
      after: [],
      eager: provisioner.isEager(state.type),
      run: async () => {
        await removeUnmade(state, provisioner);
        stack.resources.delete(state.logicalId);
      },
    })),
  ]);

  const reason = failureReason(before, blueprint, failures) ?? (provisioning.isCancelled ? 'User Initiated' : undefined)
    ?? completeOutputs(stack, () => resolveOutputs(stack, blueprint, scope, exports));
  if (reason !== undefined && provisioning.isKept) {
    await bringBack(stack, [...before.values()].filter(state => failures.has(state.logicalId) && !isUnmade(state)), provisioner);
    stack.blueprint = blueprint;
    stack.settings = settings;
    stack.cancel = undefined;
    stack.setStatus('UPDATE_FAILED', reason);
    return;
  }
  if (reason !== undefined) {
    await rollBack(stack, provisioner, reason);
    return;
  }
  stack.cancel = undefined;
  stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  const replaced = withoutCurrent(stack.superseded, stack);
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !blueprint.resources.has(logicalId));
  removed.forEach(({ logicalId }) => stack.resources.delete(logicalId));
  stack.setImports(imports);
  stack.settle(blueprint, settings);
  // what cannot be deleted is left behind: CloudFormation calls the update complete all the same
  await deleteAll([...replaced, ...removed], provisioner, state => (
    (replaced.includes(state) ? state.updateReplacePolicy : state.deletionPolicy) !== 'Delete'), { afterFailure: 'ignore' });
  stack.setStatus('UPDATE_COMPLETE');
}

/** A failed creation that stayed, as rollback was disabled. The next operation on the stack deletes it. */
function isUnmade({ status }: ResourceState): boolean {
  return status === 'CREATE_FAILED';
}

async function removeUnmade(state: ResourceState | undefined, provisioner: Provisioner): Promise<void> {
  if (state) {
    await provisioner.delete(state, false, new AbortController().signal);
  }
}

/** What failed before is tried again, even if it is asked to become what it is. */
function isRetried({ type, status }: ResourceState): boolean {
  return status === 'UPDATE_FAILED' && isCustomResource(type);
}

/** A failure to resolve is the resource's failure, though nothing was done to it. */
function resolvedFor(stack: Stack, existing: ResourceState, resolved: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return resolved();
  } catch (error) {
    throw refused(stack, existing, error as Error);
  }
}

function refused(stack: Stack, existing: ResourceState, error: Error): Error {
  stack.setResource({ ...existing, status: 'UPDATE_FAILED', statusReason: error.message });
  return error;
}

function failureReason(before: ReadonlyMap<string, ResourceState>, blueprint: Blueprint, failures: ReadonlyMap<string, Error>): string | undefined {
  const verb = (id: string) => !blueprint.resources.has(id) ? 'delete' : before.has(id) && !isUnmade(before.get(id)!) ? 'update' : 'create';
  const failed = ['create', 'update', 'delete'].map(name => ({ name, ids: [...failures.keys()].filter(id => verb(id) === name) }));
  return failures.size === 0 ? undefined
    : failed.filter(({ ids }) => ids.length > 0).map(({ name, ids }) => `The following resource(s) failed to ${name}: [${ids.join(', ')}].`).join(' ');
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
