import type { Dependencies } from './dependencies';
import { completed, type IsCompleteResponse, type UpdateRequest } from './events';
import { errorText, failureKind } from './failures';
import type { Inventory } from './inventory';
import { isJobArn, jobArn } from './job';
import type { Observer } from './observer';
import { waits } from './resource';
import { isOutOfPatience, isSettling } from './settling';

/** Rolls a failed update back. */
export class Rollback {
  constructor(private readonly deps: Dependencies, private readonly observer: Observer, private readonly inventory: Inventory) {}

  /**
   * Goes back to the job that the properties had, if it can be found; else the current one stays, and the next update puts it right.
   * Never fails: a rollback must come to an end.
   */
  public async restore(event: UpdateRequest, startedAt: number): Promise<IsCompleteResponse> {
    const current = event.PhysicalResourceId;
    let likely: readonly [jobArn: string, outputUri: string] | undefined;
    try {
      let unknown = false;
      for await (const candidate of this.candidates(event)) {
        const { fit, outputUri } = await this.observer.look(candidate, event, candidate !== current);
        if (fit === 'done') { return await this.inventory.completed(event, candidate, outputUri); }
        // a deployment that does not wait is complete even if its job fails
        if (fit === 'failed' && !waits(event.ResourceProperties)) { return completed(candidate, outputUri); }
        if (fit === 'likely') { likely ??= [candidate, outputUri]; }
        unknown ||= fit === 'unknown' || (fit === 'gone' && this.mayAppear(candidate, event, startedAt));
      }
      if (unknown && !isOutOfPatience(startedAt, this.deps.now())) { return { IsComplete: false }; }
    } catch (error) {
      this.deps.log(event, 'not restored', { jobArn: current, detail: errorText(error) });
      if (failureKind(error) === 'transient' && !isOutOfPatience(startedAt, this.deps.now())) { return { IsComplete: false }; }
    }
    if (likely !== undefined) { return this.inventory.completed(event, ...likely); }
    return completed(current, (await this.observer.look(current, event)).outputUri);
  }

  /** A deployment that does not wait is complete before its job is visible everywhere. */
  private mayAppear(candidate: string, { ResourceProperties }: UpdateRequest, startedAt: number): boolean {
    return !waits(ResourceProperties) && isJobArn(candidate) && isSettling(startedAt, this.deps.now());
  }

  private async *candidates(event: UpdateRequest): AsyncGenerator<string> {
    const { ContinuesJobArn, JobName, DatasetArn } = event.ResourceProperties;
    yield event.PhysicalResourceId;
    if (ContinuesJobArn !== undefined) { yield ContinuesJobArn; }
    if (JobName !== undefined) { yield jobArn(DatasetArn, JobName); }
    const stable = await this.deps.cloudFormation.lastStablePhysicalId(event.StackId, event.LogicalResourceId);
    if (stable !== undefined) { yield stable; }
  }
}
