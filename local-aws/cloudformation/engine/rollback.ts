import type { Provisioner } from './provisioner';
import { rollBackCreation } from './rollback-creation';
import { rollBackUpdate } from './rollback-update';
import type { Stack } from './stack';

/**
 * Brings a stack back to its last known stable state; deletes what it has if there never was one.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
 */
export async function rollBack(stack: Stack, provisioner: Provisioner, reason: string, retainExceptOnCreate = false): Promise<void> {
  return stack.stable
    ? rollBackUpdate(stack, stack.stable, provisioner, reason, retainExceptOnCreate)
    : rollBackCreation(stack, provisioner, reason, retainExceptOnCreate);
}
