import { type CloudFormationClient, DescribeStacksCommand, paginateDescribeStackEvents, type StackEvent } from '@aws-sdk/client-cloudformation';

/** What the lifecycle asks CloudFormation. */
export interface CloudFormationApi {
  /** What a stack is doing and, if it was ever updated, since when. */
  stackState(stackId: string): Promise<StackState>;
  /** When the stack's current or latest operation began, in milliseconds since the epoch. */
  operationStartedAt(stackId: string): Promise<number | undefined>;
  /** The physical id that a resource had when its stack was last complete, if the stack's events show it. */
  lastStablePhysicalId(stackId: string, logicalId: string): Promise<string | undefined>;
  /** Whether an update of the resource has failed in the stack's current operation. */
  hasFailed(stackId: string, logicalId: string): Promise<boolean>;
}

export interface StackState {
  /** such as `UPDATE_ROLLBACK_IN_PROGRESS` */
  readonly status: string;
  /** milliseconds since the epoch */
  readonly updatedAt?: number;
}

/**
 * What CloudFormation calls a last known stable state.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html
 */
const STABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE', 'IMPORT_ROLLBACK_COMPLETE'];
/** Of 100 events each: more than a stack of 500 resources has between two stable states. */
const MAX_PAGES = 60;
/** Well within the function's own timeout. The next poll starts the search again. */
const MAX_SEARCH_MILLISECONDS = 45_000;

export function cloudFormationApi(client: CloudFormationClient): CloudFormationApi {
  return {
    async stackState(stackId) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
      if (stack?.StackStatus === undefined) { throw new Error('CloudFormation answered without a stack'); }
      return { status: stack.StackStatus, ...stack.LastUpdatedTime && { updatedAt: stack.LastUpdatedTime.getTime() } };
    },

    async operationStartedAt(stackId) {
      for await (const event of newestFirst(client, stackId)) {
        if (isStart(event, stackId)) { return event.Timestamp?.getTime(); }
      }
      return undefined;
    },

    async lastStablePhysicalId(stackId, logicalId) {
      let oldest: string | undefined;
      for await (const event of newestFirst(client, stackId)) {
        if (event.PhysicalResourceId === stackId && STABLE.includes(event.ResourceStatus ?? '')) { return oldest; }
        if (event.LogicalResourceId === logicalId && event.PhysicalResourceId) { oldest = event.PhysicalResourceId; }
      }
      return undefined;
    },

    async hasFailed(stackId, logicalId) {
      for await (const event of newestFirst(client, stackId)) {
        if (isStart(event, stackId)) { return false; }
        if (event.LogicalResourceId === logicalId && event.ResourceStatus === 'UPDATE_FAILED') { return true; }
      }
      return false;
    },
  };
}

function isStart(event: StackEvent, stackId: string): boolean {
  return event.PhysicalResourceId === stackId && event.ResourceStatus?.endsWith('_IN_PROGRESS') === true;
}

async function* newestFirst(client: CloudFormationClient, stackId: string): AsyncGenerator<StackEvent> {
  let pages = 0;
  const abortSignal = AbortSignal.timeout(MAX_SEARCH_MILLISECONDS);
  for await (const { StackEvents = [] } of paginateDescribeStackEvents({ client }, { StackName: stackId }, { abortSignal })) {
    yield* StackEvents;
    if (++pages === MAX_PAGES) { return; }
  }
}
