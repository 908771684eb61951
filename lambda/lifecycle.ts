import type { Dependencies } from './dependencies';
import {
  completed, type CreateRequest, type DeleteRequest, type IsCompleteRequest, type IsCompleteResponse, type OnEventRequest, type OnEventResponse,
  type PlannedCreate, type PlannedUpdate, type UpdatePlan, type UpdateRequest,
} from './events';
import { ExportProgress } from './export-progress';
import { Inventory } from './inventory';
import { jobArn, outputUri } from './job';
import { JobCreation } from './job-creation';
import { jobNameOf } from './job-name';
import { Observer } from './observer';
import { OutcomeEvents } from './outcome-events';
import { continues } from './resource';
import { Rollback } from './rollback';
import { Turns } from './turns';
import { Update } from './update';
import { Waiting } from './waiting';

/**
 * The life of the custom resource, as the CDK's Provider framework drives it: onEvent once per request, or more often when a delivery is
 * repeated; then isComplete until it returns IsComplete. Throwing is the only way to fail.
 *
 * The physical id is the ARN of the last job that CloudFormation was told to be complete. On an update, CloudFormation keeps the id
 * of a failed response, so onEvent returns the previous id, and isComplete the new one at the end.
 */
export class Lifecycle {
  private readonly observer: Observer;
  private readonly update: Update;
  private readonly rollback: Rollback;
  private readonly creation: JobCreation;
  private readonly waiting: Waiting;
  private readonly inventory: Inventory;
  private readonly progress: ExportProgress;

  constructor(private readonly deps: Dependencies) {
    const turns = new Turns(deps);
    this.observer = new Observer(deps);
    this.update = new Update(deps, this.observer);
    this.inventory = new Inventory(deps);
    this.rollback = new Rollback(deps, this.observer, this.inventory);
    const outcomes = new OutcomeEvents(deps);
    this.creation = new JobCreation(deps, turns, outcomes);
    this.waiting = new Waiting(deps);
    this.progress = new ExportProgress(deps, turns, this.observer, this.rollback, this.creation, this.waiting, outcomes, this.inventory);
  }

  public async onEvent(event: OnEventRequest): Promise<OnEventResponse> {
    switch (event.RequestType) {
      case 'Create':
        return this.onCreate(event);
      case 'Update':
        return this.onUpdate(event);
      case 'Delete':
        return this.onDelete(event);
    }
  }

  public async isComplete(event: IsCompleteRequest): Promise<IsCompleteResponse> {
    switch (event.RequestType) {
      case 'Create':
        return this.isCreateComplete(event);
      case 'Update':
        return this.isUpdateComplete(event, event.Plan);
      case 'Delete':
        return this.isDeleteComplete();
    }
  }

  private async onCreate(event: CreateRequest): Promise<OnEventResponse> {
    const Plan = await this.creation.start(event, this.deps.now());
    return this.planned(event, jobArn(event.ResourceProperties.DatasetArn, Plan.jobName), Plan);
  }

  private async isCreateComplete(event: PlannedCreate): Promise<IsCompleteResponse> {
    return this.progress.isComplete(event, event.Plan);
  }

  private async onUpdate(event: UpdateRequest): Promise<OnEventResponse> {
    const startedAt = this.deps.now();
    const decision = await this.update.decide(event, startedAt);
    return this.planned(event, event.PhysicalResourceId, decision === 'start' ? await this.creation.start(event, this.deps.now()) : decision);
  }

  private async isUpdateComplete(event: PlannedUpdate, plan: UpdatePlan): Promise<IsCompleteResponse> {
    switch (plan.kind) {
      case 'keep':
        return plan.isActive
          ? this.inventory.completed(event, event.PhysicalResourceId, plan.outputUri)
          : completed(event.PhysicalResourceId, plan.outputUri);
      case 'restore':
        return this.rollback.restore(event, plan.startedAt);
      case 'undecided':
        return this.isUndecidedComplete(event, plan.startedAt);
      case 'export':
        return this.progress.isComplete(event, plan);
    }
  }

  /** Decides once more, unless an earlier poll has decided and started the export. */
  private async isUndecidedComplete(event: PlannedUpdate, startedAt: number): Promise<IsCompleteResponse> {
    const { ResourceProperties: properties } = event;
    const jobName = jobNameOf(event);
    const mayHaveStarted = !continues(properties) && properties.JobName === undefined;
    const hasStarted = mayHaveStarted && await this.observer.isThere(event, jobArn(properties.DatasetArn, jobName));
    const decision = hasStarted ? 'start' : await this.update.decide(event, startedAt);
    if (decision === 'start') { return this.isUpdateComplete(event, { kind: 'export', jobName, startedAt, created: false }); }
    if (decision.kind !== 'undecided') { return this.isUpdateComplete(event, decision); }
    const uri = outputUri(properties, jobName, new Date(this.deps.now()));
    return this.waiting.goOn(event, startedAt, { jobName, outputUri: uri, status: 'stack status unknown', job: 'does not exist' });
  }

  /** Personalize can neither delete nor stop an export job, and the exported objects are the user's. */
  private onDelete(event: DeleteRequest): OnEventResponse {
    return this.planned(event, event.PhysicalResourceId);
  }

  private isDeleteComplete(): IsCompleteResponse {
    return { IsComplete: true };
  }

  private planned(event: OnEventRequest, PhysicalResourceId: string, Plan?: UpdatePlan): OnEventResponse {
    const arn = Plan?.kind === 'export' ? jobArn(event.ResourceProperties.DatasetArn, Plan.jobName) : PhysicalResourceId;
    this.deps.log(event, 'plan', { jobArn: arn, detail: Plan?.kind ?? 'nothing to do' });
    return { PhysicalResourceId, ...Plan && { Plan } };
  }
}
