import type { CloudFormationApi } from './cloudformation-api';
import type { IsCompleteRequest, IsCompleteResponse } from './events';
import { jobArn } from './export-request';
import { errorText, failureKind } from './failures';
import type { RequestLog } from './log';
import type { Observer } from './observer';
import { completed } from './request';

/** How long the job that is there is looked for in vain: nobody else waits for it, and it may still be found. */
export const PATIENCE = 10 * 60 * 1000;

export interface RollbackDependencies {
  readonly observer: Observer;
  readonly cloudFormation: CloudFormationApi;
  readonly now: () => number;
  readonly log: RequestLog;
}

/** The way back of an update that failed. */
export class Rollback {
  constructor(private readonly deps: RollbackDependencies) {}

  /**
   * Goes back to the job that the properties had, if it can be found; else the one that is there stays, and the next update puts it
   * right. Never fails: a rollback must come to an end.
   */
  public async restore(event: IsCompleteRequest, startedAt: number): Promise<IsCompleteResponse> {
    const current = event.PhysicalResourceId;
    let likely: string | undefined;
    try {
      let unknown = false;
      for await (const candidate of this.candidates(event)) {
        const fit = await this.deps.observer.fitOf(candidate, event, candidate !== current);
        if (fit === 'done') { return completed(event, candidate); }
        if (fit === 'likely') { likely ??= candidate; }
        unknown ||= fit === 'unknown';
      }
      if (unknown && this.deps.now() - startedAt < PATIENCE) { return { IsComplete: false }; }
    } catch (error) {
      this.deps.log(event, 'not restored', { jobArn: current, detail: errorText(error) });
      if (failureKind(error) === 'transient' && this.deps.now() - startedAt < PATIENCE) { return { IsComplete: false }; }
    }
    if (likely !== undefined) { return completed(event, likely); }
    return completed(event, current, await this.deps.observer.actualOutputUri(event, current));
  }

  private async *candidates(event: IsCompleteRequest): AsyncGenerator<string> {
    const { ContinuesJobArn, JobName, DatasetArn } = event.ResourceProperties;
    yield event.PhysicalResourceId;
    if (ContinuesJobArn !== undefined) { yield ContinuesJobArn; }
    if (JobName !== undefined) { yield jobArn(DatasetArn, JobName); }
    const before = await this.deps.cloudFormation.lastStablePhysicalId(event.StackId, event.LogicalResourceId);
    if (before !== undefined) { yield before; }
  }
}
