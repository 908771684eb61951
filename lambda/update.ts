import type { OnEventRequest, Plan } from './events';
import { changedInputs, exportRequest, jobNameOfArn } from './export-request';
import { SETTLING_TIME } from './failures';
import { failure, nameUsedUpMessage } from './messages';
import { isJobArn, type Fit, type Observer } from './observer';
import { continues, failureContext, handsOver, waits } from './request';
import { PATIENCE } from './rollback';

export interface UpdateDependencies {
  readonly observer: Observer;
  readonly now: () => number;
  readonly logGroup: string;
}

/** What an update comes to. */
export class Update {
  constructor(private readonly deps: UpdateDependencies) {}

  /**
   * The job that is there decides first: it has the inputs of the properties not only when nothing changed,
   * but also when CloudFormation brings a failed update back, which does not always show in the stack's status.
   */
  public async decide(event: OnEventRequest, startedAt: number): Promise<Plan | 'start' | 'undecided'> {
    const changed = changedInputs(event.OldResourceProperties!, event.ResourceProperties);
    // a name of the user's does not tell of the trigger
    const isNameUsedUp = changed.includes('trigger') && !changed.includes('jobName') && event.ResourceProperties.JobName !== undefined;
    const fit = isNameUsedUp ? 'other' : await this.deps.observer.fitOf(event.PhysicalResourceId!, event);
    if (fit === 'done') { return { kind: 'keep' }; }

    switch (await this.deps.observer.stackPhase(event, startedAt)) {
      case 'rolling back':
        return { kind: 'restore', startedAt };
      case 'unknown':
        return fit === 'likely' && this.deps.now() - startedAt >= PATIENCE ? { kind: 'keep' } : 'undecided';
      case 'going forward':
        return this.decideForward(event, changed, fit, startedAt);
    }
  }

  private async decideForward(event: OnEventRequest, changed: string[], fit: Fit, startedAt: number): Promise<Plan | 'start' | 'undecided'> {
    if (continues(event)) {
      const hasFailed = await this.deps.observer.hasFailed(event);
      return hasFailed === undefined ? 'undecided' : hasFailed ? { kind: 'restore', startedAt } : fit === 'likely' ? { kind: 'keep' } : 'start';
    }
    const elapsed = this.deps.now() - startedAt;
    const { JobName } = event.ResourceProperties;
    const sameName = JobName !== undefined && JobName === event.OldResourceProperties!.JobName && JobName === jobNameOfArn(event.PhysicalResourceId!);
    if (changed.length > 0 && fit === 'other' && !sameName) { return 'start'; }
    // It was complete when CloudFormation was told so: no reason to fail because Personalize does not tell now.
    if (changed.length === 0 && (fit === 'unreadable' || (fit === 'unknown' && elapsed >= PATIENCE))) { return { kind: 'keep' }; }
    if (changed.length === 0 && (fit === 'unknown' || (fit === 'gone' && elapsed < SETTLING_TIME && isJobArn(event.PhysicalResourceId!)))) {
      return 'undecided';
    }
    // With a rollback disabled, CloudFormation brings a failed resource back while the stack may seem to go forward.
    const hasFailed = await this.deps.observer.hasFailed(event);
    if (hasFailed === undefined && elapsed < PATIENCE) { return 'undecided'; }
    if (hasFailed) { return { kind: 'restore', startedAt }; }
    if (fit === 'likely') { return { kind: 'keep' }; }

    // the resource that goes on waiting may have started the export anew
    if (handsOver(event) && changed.length === 0 && (fit === 'failed' || fit === 'gone')) { return { kind: 'keep' }; }
    if (fit === 'running') { return { kind: 'export', jobName: jobNameOfArn(event.PhysicalResourceId!), startedAt, created: true }; }
    if (sameName && (changed.length > 0 || fit === 'failed')) {
      if (changed.length === 0 && !waits(event)) { return { kind: 'keep' }; }
      const why = changed.length > 0 ? `and ${changed.join(', ')} changed` : 'which failed';
      throw failure(nameUsedUpMessage(why, failureContext(event, exportRequest(event.ResourceProperties, JobName), this.deps.logGroup)));
    }
    return 'start';
  }
}
