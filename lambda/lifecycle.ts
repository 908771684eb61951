import type { CloudFormationApi } from './cloudformation-api';
import type { ExportPlan, IsCompleteRequest, IsCompleteResponse, OnEventRequest, OnEventResponse, Plan } from './events';
import { changedInputs, exportRequest, jobArn, timeoutSeconds, waitedSeconds, waitSeconds, type ExportRequest } from './export-request';
import { errorText, failureKind, isNoRoom, isSettlingReason, SETTLING_TIME } from './failures';
import { differentInputs } from './job-inputs';
import { generatedJobName } from './job-name';
import { requestLog, type Log, type RequestLog } from './log';
import {
  createFailedMessage, describeFailedMessage, failure, lostMessage, nameTakenMessage, notSettledMessage, notStartedMessage, rollingBackMessage,
  timedOutMessage, type FailureContext,
} from './messages';
import { Observer } from './observer';
import type { JobDescription, PersonalizeApi } from './personalize-api';
import { arnOf, completed, continues, failureContext, firstJobName, handsOver, waits } from './request';
import { Rollback } from './rollback';
import { Turns, type Turn } from './turns';
import { Update } from './update';

/** What is in the way of a job, and passes. */
interface Trouble extends Pick<ExportPlan, 'trouble' | 'noRoom'> {
  readonly exists?: true;
}

/** Everything that the lifecycle touches. */
export interface LifecycleDependencies {
  readonly personalize: PersonalizeApi;
  readonly cloudFormation: CloudFormationApi;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly log: Log;
  readonly logGroup: string;
  /** from one look at a request to the next */
  readonly pollSeconds: number;
}

/** A job of the same name and inputs that is older than this was not created by the request at hand, which CloudFormation ends after an hour. */
const OLDEST_OWN_JOB = 60 * 60 * 1000;
/** A new role or policy may be missed by a job that began before it was in force everywhere, and the job takes some time to say so. */
const SETTLING_TIME_OF_A_JOB = 5 * 60 * 1000;
/** When further attempts of such an export may start, after the first: the last one when everything must be in force. */
const ATTEMPTS_AT = [0, 30_000, 60_000, SETTLING_TIME];
/** A job that failed this long before a request was not being waited for by it, whatever the clocks say. */
const CLOCK_TOLERANCE = 60 * 1000;

/**
 * The life of the custom resource, as the CDK's Provider framework drives it: onEvent once per request (or more often, when a
 * delivery is repeated), then isComplete until it says so, or either throws: the only way to fail.
 *
 * The physical id is the ARN of the last job that CloudFormation was told to be complete. On an update, CloudFormation keeps the id
 * of a failed answer, so that onEvent answers the id of before, and isComplete the new one when it is done.
 */
export class Lifecycle {
  private readonly log: RequestLog;
  private readonly observer: Observer;
  private readonly update: Update;
  private readonly rollback: Rollback;
  private readonly turns: Turns;

  constructor(private readonly deps: LifecycleDependencies) {
    this.log = requestLog(deps.log);
    this.observer = new Observer({ ...deps, log: this.log });
    this.update = new Update({ ...deps, observer: this.observer });
    this.rollback = new Rollback({ ...deps, log: this.log, observer: this.observer });
    this.turns = new Turns(deps.pollSeconds, deps.now);
  }

  public async onEvent(event: OnEventRequest): Promise<OnEventResponse> {
    const Plan = await this.plan(event);
    this.log(event, 'plan', { detail: Plan.kind, ...Plan.kind === 'export' && { jobArn: arnOf(event, Plan.jobName) } });
    const PhysicalResourceId = event.PhysicalResourceId ?? arnOf(event, (Plan as ExportPlan).jobName);
    return { PhysicalResourceId, Plan };
  }

  public async isComplete(event: IsCompleteRequest): Promise<IsCompleteResponse> {
    switch (event.Plan.kind) {
      case 'delete':
        return { IsComplete: true };
      case 'keep':
        return completed(event, event.PhysicalResourceId);
      case 'restore':
        return this.rollback.restore(event, event.Plan.startedAt);
      case 'export':
        return event.Plan.undecided ? this.progressUndecided(event, event.Plan) : this.progress(event, event.Plan);
    }
  }

  private async plan(event: OnEventRequest): Promise<Plan> {
    switch (event.RequestType) {
      case 'Create':
        return this.start(event);
      case 'Update':
        return this.planUpdate(event);
      case 'Delete':
        // Personalize can neither delete nor stop export jobs, and the exported objects are the user's: nothing to do, whatever the id
        return { kind: 'delete' };
    }
  }

  private async planUpdate(event: OnEventRequest): Promise<Plan> {
    const startedAt = this.deps.now();
    const plan = await this.update.decide(event, startedAt);
    if (plan === 'start') { return this.start(event); }
    return plan === 'undecided' ? { ...this.exportPlan(event), undecided: true } : plan;
  }

  private exportPlan(event: OnEventRequest): ExportPlan {
    return { kind: 'export', jobName: firstJobName(event), startedAt: this.deps.now(), created: false };
  }

  private async start(event: OnEventRequest): Promise<ExportPlan> {
    const plan = this.exportPlan(event);
    const request = this.request(event, plan.jobName);
    if (continues(event)) { return plan; }
    const { trouble, noRoom } = await this.create(event, plan, request) ?? {};
    return { ...plan, ...trouble === undefined ? { created: true } : { trouble, ...noRoom && { noRoom } } };
  }

  /**
   * Creates the job, once, however often it is called for the same name.
   *
   * @returns what is in the way, and to be tried again; undefined if Personalize has confirmed the job
   */
  private async create(event: OnEventRequest, plan: ExportPlan, request: ExportRequest): Promise<Trouble | undefined> {
    const arn = jobArn(request.datasetArn, request.jobName);
    try {
      await this.deps.personalize.createDatasetExportJob(request);
      this.log(event, 'created', { jobArn: arn });
      this.turns.sawJob(arn);
      return undefined;
    } catch (error) {
      const kind = failureKind(error);
      this.log(event, 'create failed', { jobArn: arn, detail: `${kind}: ${errorText(error)}` });
      const elapsed = this.deps.now() - plan.startedAt;
      switch (kind) {
        case 'exists': // an earlier delivery or attempt of this request, or with a jobName somebody else's: isComplete compares the inputs
          this.turns.sawJob(arn);
          return { trouble: errorText(error), exists: true };
        case 'transient':
          if (!isNoRoom(error)) { return { trouble: errorText(error) }; }
          this.turns.sawNoJob(arn);
          return { trouble: errorText(error), noRoom: true };
        case 'settling':
        case 'unreachable':
          if (elapsed < SETTLING_TIME) { return { trouble: errorText(error) }; }
          throw failure(notSettledMessage(errorText(error), elapsed / 1000, this.context(event, request)));
        default:
          throw failure(notStartedMessage(errorText(error), this.context(event, request)));
      }
    }
  }

  /** Decides once more, unless an earlier look has decided, and started the export. */
  private async progressUndecided(event: IsCompleteRequest, plan: ExportPlan): Promise<IsCompleteResponse> {
    const mayHaveStarted = !continues(event) && event.ResourceProperties.JobName === undefined;
    if (!mayHaveStarted || !await this.observer.isThere(event, arnOf(event, plan.jobName))) {
      const decision = await this.update.decide(event, plan.startedAt);
      if (decision === 'undecided') { return this.waiting(event, plan, plan.jobName, 'stack status unknown', false); }
      if (decision !== 'start') { return this.isComplete({ ...event, Plan: decision }); }
    }
    return this.progress(event, plan);
  }

  /** Looks at the export's job, or at the last of its jobs when earlier ones failed for a reason that passes. */
  private async progress(event: IsCompleteRequest, plan: ExportPlan): Promise<IsCompleteResponse> {
    for (let attempt = 0; ; attempt++) {
      const jobName = attempt === 0 ? plan.jobName : generatedJobName(event, attempt);
      const request = this.request(event, jobName);
      const arn = jobArn(request.datasetArn, jobName);
      if (attempt === 0 && plan.created && !waits(event)) { return completed(event, arn); }
      const turn = this.turnOf(event, plan, arn, attempt);
      if (turn === 'rest') { return { IsComplete: false }; }
      if (turn === 'create') {
        const answer = await this.startLate(event, plan, request);
        if (answer === 'created') { return waits(event) ? { IsComplete: false } : completed(event, arn); }
        if (answer !== 'exists') { return answer; }
      }
      let job: JobDescription;
      try {
        job = await this.deps.personalize.describeDatasetExportJob(arn);
      } catch (error) {
        if (turn === 'describe' && failureKind(error) === 'missing') {
          this.turns.sawNoJob(arn);
          return { IsComplete: false };
        }
        return this.describeFailed(error, event, plan, request, attempt);
      }
      this.turns.sawJob(arn);
      this.log(event, 'described', { jobArn: arn, status: job.status });
      if (attempt === 0) { this.rejectForeignJob(event, plan, request, job); }
      if (job.status === 'ACTIVE' || !waits(event)) { return completed(event, arn); }
      // also a status that did not exist when this was written
      if (job.status !== 'CREATE FAILED') { return this.waiting(event, plan, jobName, `status ${job.status}`, true, job.createdAt); }
      if (!this.deservesAnother(event, plan, job, attempt)) {
        throw failure(createFailedMessage(job.failureReason, attempt + 1, this.context(event, request)));
      }
    }
  }

  /** What a look at a job may do; `any`: describe it and, if it is not there, create it. */
  private turnOf(event: IsCompleteRequest, plan: ExportPlan, arn: string, attempt: number): Turn | 'any' {
    const hadNoRoom = attempt === 0 && plan.noRoom || this.turns.hadNoRoom(arn);
    const mayHaveHadNone = attempt === 0 && continues(event);
    if (!(hadNoRoom || mayHaveHadNone) || attempt === 0 && plan.created || this.isOver(event, plan)) { return 'any'; }
    const turn = this.turns.next(arn, plan.startedAt, waitSeconds(event.ResourceProperties));
    return hadNoRoom ? turn : turn === 'create' ? 'any' : 'describe';
  }

  /** Whether an export whose job failed gets another job. Never one with a name of the user's: that is used up. */
  private deservesAnother(event: IsCompleteRequest, { startedAt }: ExportPlan, job: JobDescription, attempt: number): boolean {
    if (event.ResourceProperties.JobName !== undefined || attempt + 1 >= ATTEMPTS_AT.length) { return false; }
    // What the resource before this one left has failed in an earlier deployment, which was not rolled back: this one tries again.
    if (attempt === 0 && continues(event) && job.updatedAt !== undefined && job.updatedAt.getTime() < startedAt - CLOCK_TOLERANCE) { return true; }
    const { createdAt = new Date(startedAt), updatedAt: failedAt = createdAt } = job;
    return isSettlingReason(job.failureReason ?? '')
      && createdAt.getTime() < startedAt + SETTLING_TIME && failedAt.getTime() < startedAt + SETTLING_TIME_OF_A_JOB;
  }

  private async describeFailed(
    error: unknown, event: IsCompleteRequest, plan: ExportPlan, request: ExportRequest, attempt: number,
  ): Promise<IsCompleteResponse> {
    const elapsed = this.deps.now() - plan.startedAt;
    const kind = failureKind(error);
    const created = plan.created || attempt > 0 ? true : undefined;
    this.log(event, 'describe failed', { jobArn: jobArn(request.datasetArn, request.jobName), detail: `${kind}: ${errorText(error)}` });
    switch (kind) {
      case 'transient':
      case 'unreachable':
        return this.waiting(event, plan, request.jobName, errorText(error), created);
      case 'missing':
        if (attempt > 0 && elapsed < ATTEMPTS_AT[attempt]!) { return this.waiting(event, plan, request.jobName, 'status CREATE FAILED', true); }
        if (attempt > 0 || !plan.created) {
          const answer = await this.startLate(event, plan, request);
          return typeof answer === 'string' ? { IsComplete: false } : answer;
        }
        if (elapsed < SETTLING_TIME) { return this.waiting(event, plan, request.jobName, 'not visible yet', true); }
        throw failure(lostMessage(elapsed / 1000, this.context(event, request)));
      case 'settling':
        if (elapsed < SETTLING_TIME) { return this.waiting(event, plan, request.jobName, errorText(error), created); }
        throw failure(describeFailedMessage(errorText(error), this.context(event, request)));
      default:
        throw failure(describeFailedMessage(errorText(error), this.context(event, request)));
    }
  }

  /**
   * Creates a job that is not there yet, unless the request is over: the framework polls on after a rollback has begun.
   *
   * @returns `exists` if the job is there already: from an attempt of another process, or one whose answer was lost
   */
  private async startLate(event: IsCompleteRequest, plan: ExportPlan, request: ExportRequest): Promise<IsCompleteResponse | 'created' | 'exists'> {
    const trouble = plan.trouble ?? 'not created';
    if (this.isOver(event, plan)) { return this.waiting(event, plan, request.jobName, trouble, false); }

    switch (await this.observer.stackPhase(event, plan.startedAt)) {
      case 'unknown':
        return this.waiting(event, plan, request.jobName, 'stack status unknown', false);
      case 'rolling back':
        if (event.RequestType === 'Update') { return this.rollback.restore(event, plan.startedAt); }
        throw failure(rollingBackMessage(this.context(event, request)));
      case 'going forward':
        const inTheWay = await this.create(event, plan, request);
        return inTheWay === undefined ? 'created' : inTheWay.exists ? 'exists' : { IsComplete: false };
    }
  }

  /** Not done yet: an error when the time is over, before CloudFormation gives up with fewer words; or the next resource's turn. */
  private waiting(
    event: IsCompleteRequest, plan: ExportPlan, jobName: string, state: string, created: boolean | undefined, createdAt?: Date,
  ): IsCompleteResponse {
    // an export that was started anew by a resource that goes on waiting has not been waited for from the beginning
    const before = Math.min(waitedSeconds(event.ResourceProperties), Math.max(0, (plan.startedAt - (createdAt?.getTime() ?? 0)) / 1000));
    if (!this.isOver(event, plan, before)) { return { IsComplete: false }; }
    if (handsOver(event)) {
      const arn = arnOf(event, jobName);
      this.log(event, 'hand over', { jobArn: arn, detail: state });
      return completed(event, arn);
    }
    const elapsed = (this.deps.now() - plan.startedAt) / 1000 + before;
    const context = this.context(event, this.request(event, jobName));
    throw failure(timedOutMessage(state, elapsed, timeoutSeconds(event.ResourceProperties), created, context));
  }

  /** @param before for how many seconds others have waited */
  private isOver({ ResourceProperties }: OnEventRequest, { startedAt }: ExportPlan, before = waitedSeconds(ResourceProperties)): boolean {
    return this.deps.now() - startedAt >= waitSeconds(ResourceProperties, before) * 1000;
  }

  /** A job with a name of the user's that this request is not known to have created may be anybody's. */
  private rejectForeignJob(event: IsCompleteRequest, plan: ExportPlan, request: ExportRequest, job: JobDescription): void {
    const { ResourceProperties: { JobName }, OldResourceProperties } = event;
    if (plan.created || JobName === undefined || continues(event)) { return; }
    const differences = differentInputs(job, request, () => true);
    // what a rollback left behind is this resource's own, however old
    const isOwn = OldResourceProperties?.JobName === JobName && changedInputs(OldResourceProperties, event.ResourceProperties).length === 0;
    if (!isOwn && job.createdAt !== undefined && job.createdAt.getTime() < plan.startedAt - OLDEST_OWN_JOB) {
      differences.push(`it was created at ${job.createdAt.toISOString()}, before this deployment`);
    }
    if (differences.length > 0) {
      throw failure(nameTakenMessage(differences, this.context(event, request)));
    }
  }

  private context(event: OnEventRequest, request: ExportRequest): FailureContext {
    return failureContext(event, request, this.deps.logGroup);
  }

  private request(event: OnEventRequest, jobName: string): ExportRequest {
    return exportRequest(event.ResourceProperties, jobName);
  }
}
