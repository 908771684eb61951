import type { ResourceState } from './resource-state';
import type { Stack } from './stack';

/** The states, one for each physical id, whose physical ids are not those that the stack's resources have now. */
export function withoutCurrent(states: readonly ResourceState[], stack: Stack): ResourceState[] {
  const byId = new Map(states.map(state => [`${state.logicalId} ${state.physicalId}`, state]));
  return [...byId.values()].filter(({ logicalId, physicalId }) => stack.resources.get(logicalId)?.physicalId !== physicalId);
}

/** Takes a deleted resource out of the stack, unless it was one that had been replaced. */
export function forget(stack: Stack, state: ResourceState): void {
  if (stack.resources.get(state.logicalId) === state) {
    stack.resources.delete(state.logicalId);
  }
}
