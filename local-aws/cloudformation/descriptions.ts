import type { StackRecord } from '../wire';
import type { ChangeSet } from './engine/change-set';
import type { ResourceState, Stack } from './engine/stack';

export function describeStack(stack: Stack): object {
  const { blueprint, settings } = stack;
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: blueprint?.template.Description,
    Parameters: blueprint && [...blueprint.given].map(([ParameterKey, value]) => {
      const definition = blueprint.template.Parameters![ParameterKey];
      const resolved = String(blueprint.parameters.get(ParameterKey));
      return { ParameterKey, ParameterValue: definition.NoEcho ? '****' : value, ...resolved !== value && { ResolvedValue: resolved } };
    }),
    CreationTime: stack.creationTime,
    LastUpdatedTime: stack.lastUpdatedTime,
    DeletionTime: stack.deletionTime,
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [],
    Capabilities: [...settings.capabilities],
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => (
      { OutputKey: key, OutputValue: value, Description: description, ExportName: exportName })),
    RoleARN: settings.roleArn,
    Tags: [...settings.tags],
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

/** For the control API. */
export function stackRecord({ id, status, statusReason, outputs, events }: Stack): StackRecord {
  return {
    stackId: id,
    status,
    statusReason,
    outputs: Object.fromEntries(outputs.map(({ key, value }) => [key, value])),
    events: events.map(event => ({
      time: event.Timestamp.toISOString(),
      logicalId: event.LogicalResourceId,
      physicalId: event.PhysicalResourceId,
      resourceType: event.ResourceType,
      status: event.ResourceStatus,
      reason: event.ResourceStatusReason,
    })),
  };
}

export function describeResource(stack: Stack, state: ResourceState): object {
  return { StackName: stack.name, StackId: stack.id, ...summarizeResource(state), Timestamp: state.timestamp };
}

export function summarizeResource({ logicalId, physicalId, type, status, statusReason, timestamp }: ResourceState): object {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    LastUpdatedTimestamp: timestamp,
    ResourceStatus: status,
    ResourceStatusReason: statusReason,
    DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
  };
}

export function describeChangeSet(stack: Stack, changeSet: ChangeSet): object {
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: stack.id,
    StackName: stack.name,
    Description: changeSet.description,
    Parameters: [...changeSet.blueprint.given].map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
    CreationTime: changeSet.creationTime,
    ExecutionStatus: changeSet.failure ? 'UNAVAILABLE' : 'AVAILABLE',
    Status: changeSet.failure ? 'FAILED' : 'CREATE_COMPLETE',
    StatusReason: changeSet.failure,
    Capabilities: [...changeSet.settings.capabilities],
    Tags: [...changeSet.settings.tags],
    Changes: changeSet.changes.map(change => ({ Type: 'Resource', ResourceChange: { ...change, Scope: [], Details: [] } })),
    IncludeNestedStacks: false,
  };
}
