import type { Dependencies } from './dependencies';
import type { UpdatePlan, UpdateRequest } from './events';
import { changedInputs } from './input-differences';
import { isJobArn, jobNameOfArn } from './job';
import { nameUsedUp } from './messages';
import type { Observer, Sighting } from './observer';
import { continues, handsOver, waits } from './resource';
import { isOutOfPatience, isSettling } from './settling';
import { EXPORT_INPUTS, type ExportInputName } from '../src/contract/export-inputs';

/** What an update comes to: a plan, or an export to start. */
export type Decision = UpdatePlan | 'start';

/** Decides whether an update exports. */
export class Update {
  constructor(private readonly deps: Dependencies, private readonly observer: Observer) {}

  /**
   * The job that is there decides first: it has the inputs of the properties not only when nothing changed, but also when CloudFormation
   * brings a failed update back, which the stack's status does not always show.
   */
  public async decide(event: UpdateRequest, startedAt: number): Promise<Decision> {
    const changed = changedInputs(event.OldResourceProperties, event.ResourceProperties);
    // A user's jobName does not show the trigger.
    const isNameUsedUp = changed.includes('TriggerToken') && !changed.includes('JobName') && event.ResourceProperties.JobName !== undefined;
    const seen = await this.observer.look(event.PhysicalResourceId, event);
    const sighting: Sighting = isNameUsedUp ? { ...seen, fit: 'other' } : seen;
    if (sighting.fit === 'done') { return keep(sighting); }

    switch (await this.observer.stackPhase(event, startedAt)) {
      case 'rolling back':
        return { kind: 'restore', startedAt };
      case 'unknown':
        return sighting.fit === 'likely' && this.isOutOfPatience(startedAt) ? keep(sighting) : { kind: 'undecided', startedAt };
      case 'going forward':
        return continues(event.ResourceProperties)
          ? this.decideContinued(event, sighting, startedAt) : this.decideForward(event, changed, sighting, startedAt);
    }
  }

  /** For a resource that continues with the job of the previous one. */
  private async decideContinued(event: UpdateRequest, sighting: Sighting, startedAt: number): Promise<Decision> {
    const state = await this.observer.updateState(event);
    if (state === 'unknown') { return { kind: 'undecided', startedAt }; }
    if (state === 'failed') { return { kind: 'restore', startedAt }; }
    return sighting.fit === 'likely' ? keep(sighting) : 'start';
  }

  private async decideForward(event: UpdateRequest, changed: ExportInputName[], sighting: Sighting, startedAt: number): Promise<Decision> {
    const { fit } = sighting;
    const { ResourceProperties: properties, PhysicalResourceId: jobArn } = event;
    const { JobName } = properties;
    const sameName = JobName !== undefined && JobName === event.OldResourceProperties.JobName && JobName === jobNameOfArn(jobArn);
    if (changed.length === 0) {
      // CloudFormation already counts it as complete, so an unanswered question is no reason to fail.
      if (fit === 'unreadable' || (fit === 'unknown' && this.isOutOfPatience(startedAt))) { return keep(sighting); }
      if (fit === 'unknown' || (fit === 'gone' && isJobArn(jobArn) && isSettling(startedAt, this.deps.now()))) { return { kind: 'undecided', startedAt }; }
    }
    // When rollback is disabled, CloudFormation may bring a failed resource back while the stack seems to go forward.
    const state = await this.observer.updateState(event);
    if (state === 'unknown' && !this.isOutOfPatience(startedAt)) { return { kind: 'undecided', startedAt }; }
    if (state === 'failed') { return { kind: 'restore', startedAt }; }
    if (fit === 'likely') { return keep(sighting); }

    // The resource that continues to wait may have started the export anew.
    if (handsOver(properties) && changed.length === 0 && (fit === 'failed' || fit === 'gone')) { return keep(sighting); }
    if (fit === 'running') { return { kind: 'export', jobName: jobNameOfArn(jobArn), startedAt, created: true }; }
    if (sameName && (changed.length > 0 || fit === 'failed')) {
      if (changed.length === 0 && !waits(properties)) { return keep(sighting); }
      const why = changed.length > 0 ? `but ${changed.map(name => EXPORT_INPUTS[name].prop).join(', ')} changed since` : 'which failed';
      throw nameUsedUp({ event, jobName: JobName, outputUri: sighting.outputUri, logGroup: this.deps.logGroup }, why);
    }
    return 'start';
  }

  private isOutOfPatience(startedAt: number): boolean {
    return isOutOfPatience(startedAt, this.deps.now());
  }
}

function keep({ fit, outputUri }: Sighting): UpdatePlan {
  return { kind: 'keep', outputUri, isActive: fit === 'done' || fit === 'likely' };
}
