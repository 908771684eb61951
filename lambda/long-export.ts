import type { IsCompleteRequest } from './events';
import { exportRequest, jobArn } from './export-request';
import { errorText } from './failures';
import type { Lifecycle } from './lifecycle';
import type { Log } from './log';
import { brokenPollerMessage } from './messages';
import type { WaitOutcome, WaitSignal } from './wait-signal';

/** What the state machine for long exports hands over: the request, and what went wrong if it could not go on. */
export type PollRequest = IsCompleteRequest & { readonly Trouble?: { readonly Error?: string; readonly Cause?: string } };

export interface PollResponse {
  /** the wait is over */
  readonly Done: boolean;
}

export interface LongExportDependencies {
  readonly lifecycle: Lifecycle;
  readonly signal: WaitSignal;
  readonly now: () => number;
  readonly log: Log;
  readonly logGroup: string;
}

/**
 * Looks after one long export: the same lifecycle as for a short one, with a signal to the stack's WaitCondition at the end.
 * A signal that cannot be sent is an error, after which the state machine calls again.
 */
export class LongExport {
  constructor(private readonly deps: LongExportDependencies) {}

  public async poll(event: PollRequest): Promise<PollResponse> {
    const outcome = event.Trouble ? this.broken(event, event.Trouble) : await this.look(event);
    if (outcome === undefined) {
      return { Done: false };
    }
    // nobody waits any more in a stack that rolls back
    if (await this.deps.lifecycle.stackPhase(event, Infinity) !== 'rolling back') {
      await this.deps.signal(event.ResourceProperties.WaitHandleUrl!, { ...outcome, UniqueId: event.RequestId });
      this.deps.log('signalled', {
        requestId: event.RequestId, logicalId: event.LogicalResourceId, jobArn: event.PhysicalResourceId, status: outcome.Status,
      });
    }
    return { Done: true };
  }

  private async look(event: PollRequest): Promise<Omit<WaitOutcome, 'UniqueId'> | undefined> {
    try {
      const { IsComplete } = await this.deps.lifecycle.isComplete(event);
      return IsComplete ? { Status: 'SUCCESS', Reason: 'Dataset export job is ACTIVE' } : undefined;
    } catch (error) {
      return { Status: 'FAILURE', Reason: error instanceof Error ? error.message : String(error) };
    }
  }

  private broken(event: PollRequest, { Error: name = 'Error', Cause: message = '' }: NonNullable<PollRequest['Trouble']>): Omit<WaitOutcome, 'UniqueId'> {
    const { ResourceProperties, Decision } = event;
    const request = exportRequest(ResourceProperties, Decision.kind === 'export' ? Decision.jobName : '');
    return {
      Status: 'FAILURE',
      Reason: brokenPollerMessage(errorText({ name, message }), {
        request,
        jobArn: jobArn(request.datasetArn, request.jobName),
        generatedName: ResourceProperties.JobName === undefined,
        logGroup: this.deps.logGroup,
      }),
    };
  }
}
