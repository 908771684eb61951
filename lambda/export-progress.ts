import type { Dependencies } from './dependencies';
import { completed, type ExportPlan, type IsCompleteResponse, type PlannedCreate, type PlannedUpdate } from './events';
import { exportRequest, type ExportRequest } from './export-request';
import { errorText, failureKind } from './failures';
import { changedInputs, differencesOf } from './input-differences';
import { isEmpty, type Inventory } from './inventory';
import { jobArn, outputUriOf } from './job';
import type { JobCreation } from './job-creation';
import { generatedJobName, jobNameOf } from './job-name';
import { emptyExport, jobFailed, jobGone, nameTaken, rollingBack, statusUnknown, type Context, type JobState } from './messages';
import type { Observer } from './observer';
import type { OutcomeEvents } from './outcome-events';
import type { JobDescription } from './personalize-api';
import { continues, failsWhenEmpty, handsOver, waits, waitSeconds } from './resource';
import type { Rollback } from './rollback';
import { getsAnotherJob, isOfDeployment, isSettling, mayStart } from './settling';
import type { Turn, Turns } from './turns';
import type { Waiting } from './waiting';
import { CLOUDFORMATION_LIMIT_SECONDS } from '../src/contract/limits';

/** One job of an export, at one poll. */
interface Poll {
  readonly event: PlannedCreate | PlannedUpdate;
  readonly plan: ExportPlan;
  /** position of the job: an export gets another one when a job failed for a reason that may go away */
  readonly index: number;
  readonly request: ExportRequest;
  readonly arn: string;
}

/** How far an export is. */
export class ExportProgress {
  constructor(
    private readonly deps: Dependencies, private readonly turns: Turns, private readonly observer: Observer,
    private readonly rollback: Rollback, private readonly creation: JobCreation, private readonly waiting: Waiting,
    private readonly outcomes: OutcomeEvents, private readonly inventory: Inventory,
  ) {}

  /** Looks at the export's first job, or at the last one when earlier ones failed for a reason that may go away. */
  public async isComplete(event: PlannedCreate | PlannedUpdate, plan: ExportPlan): Promise<IsCompleteResponse> {
    const { ResourceProperties: properties } = event;
    // A repeated delivery that finds an earlier request's job failed starts the request's first one: so does this one.
    const isOwn = plan.jobName === jobNameOf(event);
    for (let index = 0; ; index++) {
      const jobName = index === 0 ? plan.jobName : generatedJobName(event, isOwn ? index : index - 1);
      const poll = this.pollOf(event, plan, index, jobName);
      const { arn } = poll;
      if (index === 0 && plan.created && !waits(properties)) { return this.completedUnwaited(poll); }

      const turn = this.turnOf(poll);
      if (turn === 'rest') { return { IsComplete: false }; }
      if (turn === 'create') {
        const answer = await this.createLate(poll);
        if (answer === 'created') { return waits(properties) ? { IsComplete: false } : this.completedUnwaited(poll); }
        if (answer !== 'exists') { return answer; }
      }

      let job: JobDescription;
      try {
        job = await this.deps.personalize.describeDatasetExportJob(arn);
      } catch (error) {
        return this.describeFailed(error, poll, turn);
      }
      this.turns.sawJob(arn);
      this.deps.log(event, 'described', { jobArn: arn, status: job.status });
      const described = withPathOf(job, poll);
      const { request } = described;
      if (index === 0) { this.rejectForeignJob(described, job); }
      if (!waits(properties)) { return this.completedUnwaited(described); }
      await this.outcomes.observe(event, request);
      if (job.status === 'ACTIVE') { return this.exported(described, job); }
      // Also at a status that did not exist when this was written.
      if (job.status !== 'CREATE FAILED') { return this.goOn(described, `status ${job.status}`, 'exists', job.createdAt); }
      // an update that finds an earlier request's job failed leaves it to the next resource, too
      if (!isOwn && handsOver(properties)) { return completed(arn, request.outputUri); }
      if (!getsAnotherJob(properties, plan.startedAt, job, index)) { throw jobFailed(this.contextOf(described), job.failureReason, index + 1); }
    }
  }

  /** Fails only for a job of this request, or of the resource that it continues for. */
  private async exported(poll: Poll, { createdAt }: JobDescription): Promise<IsCompleteResponse> {
    const { event, plan, index, request, arn } = poll;
    const { ResourceProperties: properties } = event;
    const response = await this.inventory.completed(event, arn, request.outputUri);
    const isOwn = index > 0 || plan.jobName === generatedJobName(event) || isOfDeployment(properties, plan.startedAt, createdAt);
    if (isOwn && failsWhenEmpty(properties) && isEmpty(response)) { throw emptyExport(this.contextOf(poll)); }
    return response;
  }

  private pollOf(event: Poll['event'], plan: ExportPlan, index: number, jobName: string): Poll {
    const request = exportRequest(event.ResourceProperties, jobName, new Date(this.deps.now()));
    const outputUri = index === 0 && plan.outputUri || request.outputUri;
    return { event, plan, index, request: { ...request, outputUri }, arn: jobArn(request.datasetArn, jobName) };
  }

  /** Unless the role may not yet have its permission to have the job observed: then a later poll tries again. */
  private async completedUnwaited({ event, plan, request, arn }: Poll): Promise<IsCompleteResponse> {
    const isObserved = await this.outcomes.observe(event, request);
    return isObserved || !isSettling(plan.startedAt, this.deps.now()) ? completed(arn, request.outputUri) : { IsComplete: false };
  }

  /** What to do with a job at this poll; `any`: describe it and, if it is not there, create it. */
  private turnOf({ event, plan, index, arn }: Poll): Turn | 'any' {
    const hadNoRoom = index === 0 && plan.noRoom || this.turns.hadNoRoom(arn);
    const mayHaveHadNone = index === 0 && continues(event.ResourceProperties);
    if (!(hadNoRoom || mayHaveHadNone) || index === 0 && plan.created || this.waiting.isOver(event, plan.startedAt)) { return 'any'; }
    const turn = this.turns.next(arn, plan.startedAt, waitSeconds(event.ResourceProperties));
    return hadNoRoom ? turn : turn === 'create' ? 'any' : 'describe';
  }

  private async describeFailed(caught: unknown, poll: Poll, turn: Turn | 'any'): Promise<IsCompleteResponse> {
    const { event, plan: { startedAt, created }, index, arn } = poll;
    const [kind, error] = [failureKind(caught), errorText(caught)];
    const now = this.deps.now();
    if (kind === 'missing' && turn === 'describe') {
      this.turns.sawNoJob(arn);
      return { IsComplete: false };
    }
    this.deps.log(event, 'describe failed', { jobArn: arn, detail: `${kind}: ${error}` });
    if (kind === 'missing') {
      if (index > 0 && !mayStart(index, startedAt, now)) { return this.goOn(poll, 'status CREATE FAILED', 'does not exist'); }
      if (index > 0 || !created) {
        const answer = await this.createLate(poll);
        return typeof answer === 'string' ? { IsComplete: false } : answer;
      }
      if (isSettling(startedAt, now)) { return this.goOn(poll, 'not visible yet', 'exists'); }
      throw jobGone(this.contextOf(poll), (now - startedAt) / 1000);
    }
    const isTemporary = kind === 'transient' || kind === 'unreachable' || (kind === 'settling' && isSettling(startedAt, now));
    if (isTemporary) { return this.goOn(poll, error, created && index === 0 ? 'exists' : 'may exist'); }
    throw statusUnknown(this.contextOf(poll), error);
  }

  /**
   * Creates a job that is not there yet, unless the request is over: the framework keeps polling after a rollback has begun.
   *
   * @returns `exists` if another process has created the job, or if the response to its creation was lost
   */
  private async createLate(poll: Poll): Promise<IsCompleteResponse | 'created' | 'exists'> {
    const { event, plan: { startedAt, creationError = 'not created' }, request } = poll;
    if (this.waiting.isOver(event, startedAt)) { return this.goOn(poll, creationError, 'does not exist'); }

    switch (await this.observer.stackPhase(event, startedAt)) {
      case 'unknown':
        return this.goOn(poll, 'stack status unknown', 'does not exist');
      case 'rolling back':
        if (event.RequestType === 'Update') { return this.rollback.restore(event, startedAt); }
        throw rollingBack(this.contextOf(poll));
      case 'going forward': {
        const { outcome } = await this.creation.create(event, startedAt, request);
        return outcome === 'created' || outcome === 'exists' ? outcome : { IsComplete: false };
      }
    }
  }

  /** Fails if a job under a name of the user's, which the request is not known to have created, is not its own. */
  private rejectForeignJob(poll: Poll, job: JobDescription): void {
    const { event, plan, arn } = poll;
    const { ResourceProperties: properties } = event;
    if (plan.created || properties.JobName === undefined || continues(properties)) { return; }
    const differences = differencesOf(job, arn, properties);
    // A job left by a rollback belongs to this resource, however old. Any other job older than a request can last belongs to somebody else.
    const isOwn = event.RequestType === 'Update' && event.OldResourceProperties.JobName === properties.JobName
      && changedInputs(event.OldResourceProperties, properties).length === 0;
    if (!isOwn && job.createdAt !== undefined && job.createdAt.getTime() < plan.startedAt - CLOUDFORMATION_LIMIT_SECONDS * 1000) {
      differences.push(`it was created at ${job.createdAt.toISOString()}, before this deployment`);
    }
    if (differences.length > 0) { throw nameTaken(this.contextOf(poll), differences); }
  }

  private goOn({ event, plan, request }: Poll, status: string, job: JobState, createdAt?: Date): IsCompleteResponse {
    return this.waiting.goOn(event, plan.startedAt, { jobName: request.jobName, outputUri: request.outputUri, status, job, createdAt });
  }

  private contextOf({ event, request }: Poll): Context {
    return { event, jobName: request.jobName, outputUri: request.outputUri, logGroup: this.deps.logGroup };
  }
}

/** Another delivery may have created the job, on another date. */
function withPathOf({ outputUri, createdAt }: JobDescription, poll: Poll): Poll {
  const { event, plan, request } = poll;
  const job = { outputUri, createdAt: createdAt ?? new Date(plan.startedAt) };
  return { ...poll, request: { ...request, outputUri: outputUriOf(job, event.ResourceProperties, request.jobName) } };
}
