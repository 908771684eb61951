import { isDeepStrictEqual } from 'util';
import type { Stack, StackSettings } from './stack';
import type { Blueprint } from '../template/blueprint';

export interface ResourceChange {
  readonly Action: 'Add' | 'Modify' | 'Remove';
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly Replacement?: 'Conditional';
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly creationTime: Date;
  readonly blueprint: Blueprint;
  readonly settings: StackSettings;
  readonly changes: readonly ResourceChange[];
  /** why it cannot be executed, if it cannot */
  readonly failure?: string;
}

export const NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The changes of the resources, as far as the templates show them. */
export function plannedChanges(stack: Stack, blueprint: Blueprint): ResourceChange[] {
  const before = stack.blueprint;
  const added = [...blueprint.resources].filter(([logicalId]) => !stack.resources.has(logicalId));
  const parametersChanged = !isDeepStrictEqual(before?.parameters, blueprint.parameters);
  const failed = (logicalId: string) => ['CREATE_FAILED', 'UPDATE_FAILED'].includes(stack.resources.get(logicalId)!.status);
  const modified = [...blueprint.resources].filter(([logicalId, definition]) => stack.resources.has(logicalId)
    && (parametersChanged || failed(logicalId) || !isDeepStrictEqual(before?.resources.get(logicalId), definition)));
  const removed = [...stack.resources.values()].filter(({ logicalId }) => !blueprint.resources.has(logicalId));
  return [
    ...added.map(([LogicalResourceId, { Type }]) => ({ Action: 'Add' as const, LogicalResourceId, ResourceType: Type })),
    ...modified.map(([LogicalResourceId, { Type }]) => ({
      Action: 'Modify' as const,
      LogicalResourceId,
      PhysicalResourceId: stack.resources.get(LogicalResourceId)!.physicalId,
      ResourceType: Type,
      Replacement: 'Conditional' as const,
    })),
    ...removed.map(({ logicalId, physicalId, type }) => (
      { Action: 'Remove' as const, LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceType: type })),
  ];
}

/** Outputs, tags and policies count as well, and a failed stack can always be deployed again. */
export function hasChanges(stack: Stack, blueprint: Blueprint, settings: StackSettings): boolean {
  const { blueprint: before } = stack;
  return !before || stack.isPaused
    || !isDeepStrictEqual(before.parameters, blueprint.parameters)
    || !isDeepStrictEqual(before.template, blueprint.template)
    || !isDeepStrictEqual(stack.settings.tags, settings.tags);
}

/** The logical IDs of resources whose type would change, which is not permitted. */
export function retypedResources(stack: Stack, blueprint: Blueprint): string[] {
  return [...blueprint.resources]
    .filter(([logicalId, { Type }]) => (stack.resources.get(logicalId)?.type ?? Type) !== Type)
    .map(([logicalId]) => logicalId);
}
