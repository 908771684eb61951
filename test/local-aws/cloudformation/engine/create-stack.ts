import { deleteAll } from './deletion';
import type { Exports } from './exports';
import { resolveOutputs } from './outputs';
import type { Provisioner } from './provisioner';
import type { Stack } from './stack';
import { stackScope } from './stack-scope';
import { runSteps } from './steps';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';

/** Creates a stack's resources; when one fails, deletes them again. */
export async function createStack(stack: Stack, blueprint: Blueprint, provisioner: Provisioner, exports: Exports): Promise<void> {
  const calledOff = new AbortController();
  stack.cancel = () => calledOff.abort();
  stack.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
  const scope = stackScope(stack, blueprint, (name) => exports.importValue(stack, name));
  const failures = await runSteps([...blueprint.resources].map(([logicalId, definition]) => ({
    id: logicalId,
    after: blueprint.dependencies(logicalId),
    eager: provisioner.isEager(definition.Type),
    run: () => provisioner.create(
      logicalId,
      definition,
      blueprint.dependencies(logicalId),
      () => resolve(definition.Properties ?? {}, scope) as Record<string, unknown>,
      calledOff.signal,
    ),
  })), { order: 'eager first', afterFailure: 'stop', signal: calledOff.signal, onFailure: () => calledOff.abort() });

  let reason = failures.size > 0 ? `The following resource(s) failed to create: [${[...failures.keys()].join(', ')}]. Rollback requested by user.`
    : calledOff.signal.aborted ? 'Stack creation was cancelled.' : undefined;
  if (!reason) {
    try {
      stack.outputs = resolveOutputs(stack, blueprint, scope, exports);
      stack.blueprint = blueprint;
      stack.setStatus('CREATE_COMPLETE');
      return;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  await rollBack(stack, provisioner, reason);
}

async function rollBack(stack: Stack, provisioner: Provisioner, reason: string): Promise<void> {
  stack.setStatus('ROLLBACK_IN_PROGRESS', reason);
  const left = await deleteAll(
    [...stack.resources.values()],
    provisioner,
    // a resource that was never completed is not worth keeping; RetainExceptOnCreate means just this case
    ({ deletionPolicy, status }) => deletionPolicy === 'Retain' && status === 'CREATE_COMPLETE',
    ({ logicalId }) => stack.resources.delete(logicalId),
  );
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
