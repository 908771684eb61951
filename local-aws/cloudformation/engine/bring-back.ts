import type { Provisioner } from './provisioner';
import type { ResourceState, Stack } from './stack';
import { runSteps } from './steps';

/**
 * After an update that failed with rollback disabled: returns the failed resources to their previous state; they stay UPDATE_FAILED.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 * The stack's status meanwhile is not documented: here it stays, so that this looks like one more update.
 */
export async function bringBack(stack: Stack, stable: readonly ResourceState[], provisioner: Provisioner): Promise<void> {
  const run = async (previous: ResourceState): Promise<void> => {
    const failed = stack.resources.get(previous.logicalId)!;
    const { statusReason } = failed;
    if (failed.physicalId === previous.physicalId && provisioner.isSame(failed, previous.properties)) { return; }
    try {
      await provisioner.update(failed, previous, previous.properties, undefined, { status: 'UPDATE_FAILED', statusReason });
    } catch {
      // the next update starts from the stable state anyway
      const { properties, attributes } = previous;
      stack.resources.set(previous.logicalId, { ...stack.resources.get(previous.logicalId)!, properties, attributes, uncertain: true });
    }
    stack.superseded = [...stack.superseded, previous, failed];
  };
  await runSteps(stable.map(previous => ({
    id: previous.logicalId,
    after: previous.dependencies,
    eager: provisioner.isEager(previous.type),
    run: () => run(previous),
  })), { order: 'eager first', reversed: provisioner.reversesOrder, afterFailure: 'ignore' });
}
