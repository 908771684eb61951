import { bringBack } from './bring-back';
import { deleteAll, withoutCurrent } from './deletion';
import { resolveOutputs } from './exports';
import { policies, type Provisioner } from './provisioner';
import { Provisioning } from './provisioning';
import { rollBack } from './rollback';
import type { ResourceState, Stack, StackSettings } from './stack';
import type { OtherStacks } from './stack-outputs';
import { stackScope } from './stack-scope';
import { isCustomResource } from '../custom-resource/custom-resources';
import type { Properties } from '../resource-type';
import type { Blueprint } from '../template/blueprint';
import { resolveProperties } from '../template/intrinsics';
import type { ResourceDefinition } from '../template/template';

/**
 * Creates a stack, or updates it to another template and then deletes what was replaced or removed. After a failure, rolls everything back. With
 * rollback disabled, everything stays, except that a failed update of a resource is undone.
 */
export async function deployStack(
  stack: Stack, blueprint: Blueprint, settings: StackSettings, provisioner: Provisioner, { exports, outputs }: OtherStacks,
): Promise<void> {
  const creates = stack.status === 'REVIEW_IN_PROGRESS';
  const verb = creates ? 'CREATE' : 'UPDATE';
  const provisioning = new Provisioning(stack);
  if (creates) {
    stack.settings = settings;
  } else {
    stack.lastUpdatedTime = stack.now();
  }
  stack.setStatus(`${verb}_IN_PROGRESS`, 'User Initiated');
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
    const resolved = () => resolveProperties(definition, scope);
    const existing = before.get(logicalId);
    if (!existing || isUnmade(existing)) {
      if (existing) {
        await provisioner.delete(existing);
      }
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
        await provisioner.delete(state);
        stack.resources.delete(state.logicalId);
      },
    })),
  ]);

  const cancelled = creates ? 'Stack creation was cancelled.' : 'User Initiated';
  const reason = failureReason(before, blueprint, failures) ?? (provisioning.isCancelled ? cancelled : undefined)
    ?? completeOutputs(stack, () => resolveOutputs(stack, blueprint, scope, exports));
  if (reason !== undefined && provisioning.isKept) {
    await bringBack(stack, [...before.values()].filter(state => failures.has(state.logicalId) && !isUnmade(state)), provisioner);
    stack.blueprint = blueprint;
    stack.settings = settings;
    stack.cancel = undefined;
    stack.setStatus(`${verb}_FAILED`, reason);
    return;
  }
  if (reason !== undefined) {
    await rollBack(stack, provisioner, creates && failures.size > 0 ? `${reason} Rollback requested by user.` : reason);
    return;
  }
  stack.cancel = undefined;
  if (!creates) {
    stack.setStatus('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
  }
  const replaced = withoutCurrent(stack.superseded, stack);
  const removed = stack.takeOut(({ logicalId }) => !blueprint.resources.has(logicalId));
  stack.setImports(imports);
  stack.settle(blueprint, settings);
  // CloudFormation calls the update complete even if something cannot be deleted
  await deleteAll([...replaced, ...removed], provisioner, state => (
    (replaced.includes(state) ? state.updateReplacePolicy : state.deletionPolicy) !== 'Delete'), { afterFailure: 'ignore' });
  stack.setStatus(`${verb}_COMPLETE`);
}

/** A failed creation of an operation with rollback disabled. The next operation on the stack deletes it. */
function isUnmade({ status }: ResourceState): boolean {
  return status === 'CREATE_FAILED';
}

/** A failed custom resource is updated even if its properties do not change. */
function isRetried({ type, status }: ResourceState): boolean {
  return status === 'UPDATE_FAILED' && isCustomResource(type);
}

/** If its properties cannot be resolved, the resource fails, though nothing was done to it. */
function resolvedFor(stack: Stack, existing: ResourceState, resolved: () => Properties): Properties {
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

/** Sets the outputs; returns the reason if they cannot be resolved. */
function completeOutputs(stack: Stack, resolved: () => Stack['outputs']): string | undefined {
  try {
    stack.outputs = resolved();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
