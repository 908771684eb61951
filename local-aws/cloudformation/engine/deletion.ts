import type { Provisioner } from './provisioner';
import type { ResourceState, Stack } from './stack';
import { runSteps, type Step, type StepOptions } from './steps';

interface DeletionOptions extends Partial<Pick<StepOptions, 'afterFailure'>> {
  /** called for each resource that is gone, deleted or kept */
  readonly onDeleted?: (state: ResourceState) => void;
}

/**
 * Deletes the resources in these states, dependents first. By default, a failure stops only the deletion of what the failed resource depends on.
 * Returns the errors by state.
 */
export async function deleteAll(
  states: readonly ResourceState[], provisioner: Provisioner, isKept: (state: ResourceState) => boolean, { onDeleted, afterFailure = 'go on' }: DeletionOptions = {},
): Promise<Map<ResourceState, Error>> {
  const idOf = new Map(states.map((state, index) => [state, `${state.logicalId}#${index}`]));
  const steps = states.map((state): Step => ({
    id: idOf.get(state)!,
    after: states.filter(({ dependencies }) => dependencies.includes(state.logicalId)).map(dependent => idOf.get(dependent)!),
    eager: provisioner.isEager(state.type),
    run: async () => {
      await provisioner.delete(state, isKept(state));
      onDeleted?.(state);
    },
  }));
  const failures = await runSteps(steps, { order: 'eager last', reversed: provisioner.reversesOrder, afterFailure });
  return new Map(states.flatMap(state => {
    const failure = failures.get(idOf.get(state)!);
    return failure ? [[state, failure] as const] : [];
  }));
}

/** Deletes everything that a stack has or has replaced. What cannot be deleted stays in the stack; returns a sentence about that, or undefined. */
export async function deleteResources(
  stack: Stack, provisioner: Provisioner, isKept: (state: ResourceState, isReplaced: boolean) => boolean, options: DeletionOptions = {},
): Promise<string | undefined> {
  const replaced = withoutCurrent(stack.superseded, stack);
  const failures = await deleteAll([...replaced, ...stack.resources.values()], provisioner, state => isKept(state, replaced.includes(state)), {
    ...options,
    onDeleted: state => {
      if (stack.resources.get(state.logicalId) === state) { stack.resources.delete(state.logicalId); }
    },
  });
  stack.superseded = [];
  for (const [state, error] of failures) { stack.resources.set(state.logicalId, { ...state, status: 'DELETE_FAILED', statusReason: error.message }); }
  return failures.size === 0 ? undefined
    : `The following resource(s) failed to delete: [${[...failures.keys()].map(({ logicalId }) => logicalId).join(', ')}].`;
}

/** Of these states, one for each physical ID that the stack's resources no longer have. */
export function withoutCurrent(states: readonly ResourceState[], stack: Stack): ResourceState[] {
  const byId = new Map(states.map(state => [`${state.logicalId} ${state.physicalId}`, state]));
  return [...byId.values()].filter(({ logicalId, physicalId }) => stack.resources.get(logicalId)?.physicalId !== physicalId);
}
