import type { OtherStacks } from './other-stacks';
import { resolveOutputs } from './outputs';
import type { Provisioner } from './provisioner';
import { Provisioning } from './provisioning';
import { rollBack } from './rollback';
import type { Stack } from './stack';
import { stackScope } from './stack-scope';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';

/** Creates a stack's resources; when one fails, deletes them again, unless rollback is disabled. */
export async function createStack(stack: Stack, blueprint: Blueprint, provisioner: Provisioner, { exports, outputs }: OtherStacks): Promise<void> {
  const provisioning = new Provisioning(stack);
  stack.setStatus('CREATE_IN_PROGRESS', 'User Initiated');
  const scope = stackScope(stack, blueprint, {
    importValue: name => exports.importValue(stack, name),
    stackOutput: await outputs.read(blueprint, stack.settings.principal),
  });
  const failures = await provisioning.run([...blueprint.resources].map(([logicalId, definition]) => ({
    id: logicalId,
    after: blueprint.dependencies(logicalId),
    eager: provisioner.isEager(definition.Type),
    run: () => provisioner.create(
      logicalId,
      definition,
      blueprint.dependencies(logicalId),
      () => resolve(definition.Properties ?? {}, scope) as Record<string, unknown>,
      provisioning.signal,
    ),
  })));

  let reason = failures.size > 0 ? `The following resource(s) failed to create: [${[...failures.keys()].join(', ')}].`
    : provisioning.isCancelled ? 'Stack creation was cancelled.' : undefined;
  if (!reason) {
    try {
      stack.outputs = resolveOutputs(stack, blueprint, scope, exports);
      stack.settle(blueprint, stack.settings);
      stack.setStatus('CREATE_COMPLETE');
      return;
    } catch (error) {
      reason = (error as Error).message;
    }
  }
  if (provisioning.isKept) {
    stack.blueprint = blueprint;
    stack.setStatus('CREATE_FAILED', reason);
    return;
  }
  await rollBack(stack, provisioner, failures.size > 0 ? `${reason} Rollback requested by user.` : reason);
}
