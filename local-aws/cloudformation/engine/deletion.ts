import type { Provisioner } from './provisioner';
import type { ResourceState } from './resource-state';
import { runSteps, type Step, type StepOptions } from './steps';

/**
 * Deletes what is behind these states, dependents first, and goes on when something fails.
 * Returns the states that are left over, with the reasons; those behind a failed one are not even tried, unless failures are ignored.
 */
export async function deleteAll(
  states: readonly ResourceState[],
  provisioner: Provisioner,
  isKept: (state: ResourceState) => boolean,
  { onDeleted, afterFailure = 'go on' }: { onDeleted?: (state: ResourceState) => void } & Partial<Pick<StepOptions, 'afterFailure'>> = {},
): Promise<Map<ResourceState, Error>> {
  const idOf = new Map(states.map((state, index) => [state, `${state.logicalId}#${index}`]));
  const steps = states.map((state): Step => ({
    id: idOf.get(state)!,
    after: states.filter(({ dependencies }) => dependencies.includes(state.logicalId)).map(dependent => idOf.get(dependent)!),
    eager: provisioner.isEager(state.type),
    run: async () => {
      await provisioner.delete(state, isKept(state), new AbortController().signal);
      onDeleted?.(state);
    },
  }));
  const failures = await runSteps(steps, { order: 'eager last', afterFailure });
  return new Map(states.flatMap(state => {
    const failure = failures.get(idOf.get(state)!);
    return failure ? [[state, failure] as const] : [];
  }));
}
