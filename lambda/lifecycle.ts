import type { Decision, IsCompleteRequest, IsCompleteResponse, OnEventRequest, OnEventResponse } from './events';
import {
  changedInputs, DEFAULT_INGESTION_MODE, exportRequest, jobArn, jobNameOf, jobNameOfArn, outputUri, timeoutSeconds, type ExportRequest,
} from './export-request';
import { errorText, failureKind, SETTLING_TIME } from './failures';
import type { Log } from './log';
import {
  createFailedMessage, describeFailedMessage, failure, lostMessage, nameTakenMessage, nameUsedUpMessage, notSettledMessage, notStartedMessage,
  notWatchedMessage, rollingBackMessage, timedOutMessage, type FailureContext,
} from './messages';
import type { JobDescription, PersonalizeApi } from './personalize-api';
import type { PollerStarter } from './poller-api';
import type { StackStatusReader } from './stack-status';
import type { DatasetExportJobResourceAttributes } from '../src/private/contract';

/** Everything that the lifecycle touches. */
export interface LifecycleDependencies {
  readonly personalize: PersonalizeApi;
  readonly stackStatus: StackStatusReader;
  readonly startPoller: PollerStarter;
  /** milliseconds since the epoch */
  readonly now: () => number;
  readonly log: Log;
  readonly logGroup: string;
}

/** A job of the same name and inputs that is older than this was not created by the request at hand, which CloudFormation ends after an hour. */
const OLDEST_OWN_JOB = 60 * 60 * 1000;

type ExportDecision = Extract<Decision, { kind: 'export' }>;
export type StackPhase = 'going forward' | 'rolling back' | 'unknown';

/**
 * The life of the custom resource, as the CDK's Provider framework drives it: onEvent once per request (or more often, when a
 * delivery is repeated), then isComplete until it says so, or either throws: the only way to fail.
 */
export class Lifecycle {
  constructor(private readonly deps: LifecycleDependencies) {}

  public async onEvent(event: OnEventRequest): Promise<OnEventResponse> {
    switch (event.RequestType) {
      case 'Create':
        return this.start(event);
      case 'Update':
        return this.update(event);
      case 'Delete':
        // Personalize can neither delete nor stop export jobs, and the exported objects are the user's: nothing to do, whatever the id
        return this.keep(event, 'delete');
    }
  }

  public async isComplete(event: IsCompleteRequest): Promise<IsCompleteResponse> {
    const { Decision: decision } = event;
    if (decision.kind === 'export') {
      return this.progress(event, decision);
    }
    switch (decision.reason) {
      case 'delete':
        return { IsComplete: true };
      case 'nothing changed': // after a rollback, the job that stayed need not have the inputs of the properties
        return hasNewWait(event) ? this.progress(event, this.existingJob(event)) : this.kept(event, event.PhysicalResourceId);
      case 'rollback':
        return this.kept(event, event.PhysicalResourceId);
    }
  }

  /** Whether the stack that a request belongs to still goes forward. */
  public async stackPhase(event: OnEventRequest, elapsed: number): Promise<StackPhase> {
    try {
      const status = await this.deps.stackStatus(event.StackId);
      this.log(event, 'stack status', { status });
      // FAILED: what is left of a stack whose rollback is disabled, when it has given up
      return /ROLLBACK|DELETE|FAILED/.test(status) ? 'rolling back' : 'going forward';
    } catch (error) {
      const kind = failureKind(error);
      this.log(event, 'stack status failed', { detail: `${kind}: ${errorText(error)}` });
      // One export too many does less harm than a stack that cannot be updated because it cannot be asked.
      return kind === 'transient' || (kind !== 'terminal' && elapsed < SETTLING_TIME) ? 'unknown' : 'going forward';
    }
  }

  private async update(event: OnEventRequest): Promise<OnEventResponse> {
    const changed = changedInputs(event.OldResourceProperties!, event.ResourceProperties);
    if (changed.length === 0) {
      return this.keep(event, 'nothing changed');
    }
    switch (await this.stackPhase(event, 0)) {
      case 'rolling back':
        return this.keep(event, 'rollback');
      case 'unknown':
        return this.postpone(event, true);
      case 'going forward':
        this.rejectUsedUpName(event, changed);
        return this.start(event);
    }
  }

  private keep(event: OnEventRequest, reason: Extract<Decision, { kind: 'keep' }>['reason']): OnEventResponse {
    this.log(event, 'keep', { jobArn: event.PhysicalResourceId!, detail: reason });
    return { PhysicalResourceId: event.PhysicalResourceId!, Decision: { kind: 'keep', reason } };
  }

  private async start(event: OnEventRequest): Promise<OnEventResponse> {
    const response = this.postpone(event);
    const request = exportRequest(event.ResourceProperties, response.Decision.jobName);
    const trouble = await this.create(event, response.Decision, request);
    return { ...response, Decision: { ...response.Decision, ...trouble === undefined ? { created: true } : { trouble } } };
  }

  /** An export that isComplete is to start. */
  private postpone(event: OnEventRequest, undecided = false): OnEventResponse & { Decision: ExportDecision } {
    const jobName = jobNameOf(event);
    return {
      PhysicalResourceId: jobArn(event.ResourceProperties.DatasetArn, jobName),
      Decision: {
        kind: 'export',
        jobName,
        startedAt: this.deps.now(),
        created: false,
        ...undecided && { undecided },
        ...event.PhysicalResourceId !== undefined && { previousPhysicalId: event.PhysicalResourceId },
      },
    };
  }

  private rejectUsedUpName(event: OnEventRequest, changed: string[]): void {
    const { JobName } = event.ResourceProperties;
    if (changed.length > 0 && JobName !== undefined && JobName === event.OldResourceProperties!.JobName) {
      throw failure(nameUsedUpMessage(changed, this.context(event, exportRequest(event.ResourceProperties, JobName))));
    }
  }

  /**
   * Creates the job, once, however often it is called for the same name.
   *
   * @returns what is in the way, and to be tried again; undefined if Personalize has confirmed the job
   */
  private async create(event: OnEventRequest, decision: ExportDecision, request: ExportRequest): Promise<string | undefined> {
    const arn = jobArn(request.datasetArn, request.jobName);
    try {
      await this.deps.personalize.createDatasetExportJob(request);
      this.log(event, 'created', { jobArn: arn });
      return undefined;
    } catch (error) {
      const kind = failureKind(error);
      this.log(event, 'create failed', { jobArn: arn, detail: `${kind}: ${errorText(error)}` });
      const elapsed = this.deps.now() - decision.startedAt;
      switch (kind) {
        case 'exists': // an earlier delivery or attempt of this request, or somebody else's: isComplete compares the inputs
        case 'transient':
          return errorText(error);
        case 'settling':
        case 'unreachable':
          if (elapsed < SETTLING_TIME) { return errorText(error); }
          throw failure(notSettledMessage(errorText(error), elapsed / 1000, this.context(event, request)));
        default:
          throw failure(notStartedMessage(errorText(error), this.context(event, request)));
      }
    }
  }

  /** A wait that begins although the export is an old one: only the time limit, or whether to wait, was changed. */
  private existingJob(event: IsCompleteRequest): ExportDecision {
    const jobName = jobNameOfArn(event.PhysicalResourceId);
    return { kind: 'export', jobName, startedAt: this.deps.now(), created: true, undecided: true, previousPhysicalId: event.PhysicalResourceId };
  }

  private async progress(event: IsCompleteRequest, decision: ExportDecision): Promise<IsCompleteResponse> {
    if (decision.undecided) {
      switch (await this.stackPhase(event, this.deps.now() - decision.startedAt)) {
        case 'rolling back':
          return this.kept(event, decision.previousPhysicalId!);
        case 'unknown':
          return this.waiting(event, decision, 'stack status unknown', false);
        case 'going forward':
          this.rejectUsedUpName(event, changedInputs(event.OldResourceProperties!, event.ResourceProperties));
      }
    }
    if (!event.Polled && hasNewWait(event)) {
      return this.handOver(event, { ...decision, undecided: false });
    }
    return this.look(event, decision);
  }

  /** A long export: the state machine looks after it from here on, and the stack's WaitCondition waits for its signal. */
  private async handOver(event: IsCompleteRequest, decision: ExportDecision): Promise<IsCompleteResponse> {
    const request = exportRequest(event.ResourceProperties, decision.jobName);
    // the response URL, which comes with the event, is not for the state machine's history
    const { ResponseURL: _, ...input } = event as IsCompleteRequest & { ResponseURL?: string };
    try {
      await this.deps.startPoller(event.ResourceProperties.PollerArn!, event.RequestId, { ...input, Decision: decision, Polled: true });
    } catch (error) {
      const kind = failureKind(error);
      this.log(event, 'poller not started', { jobArn: event.PhysicalResourceId, detail: `${kind}: ${errorText(error)}` });
      const settling = kind !== 'terminal' && this.deps.now() - decision.startedAt < SETTLING_TIME;
      if (kind === 'transient' || settling) {
        return this.waiting(event, decision, errorText(error), decision.created || undefined);
      }
      throw failure(notWatchedMessage(errorText(error), this.context(event, request)));
    }
    this.log(event, 'poller started', { jobArn: event.PhysicalResourceId });
    return keptJob(event.PhysicalResourceId, request.outputUri);
  }

  private async look(event: IsCompleteRequest, decision: ExportDecision): Promise<IsCompleteResponse> {
    const request = exportRequest(event.ResourceProperties, decision.jobName);
    const arn = event.PhysicalResourceId;
    const ungated = event.ResourceProperties.WaitForCompletion === 'false';
    if (ungated && decision.created) {
      return keptJob(arn, request.outputUri);
    }
    let job: JobDescription;
    try {
      job = await this.deps.personalize.describeDatasetExportJob(arn);
    } catch (error) {
      return this.describeFailed(error, event, decision, request);
    }

    this.log(event, 'described', { jobArn: arn, status: job.status });
    this.rejectForeignJob(event, decision, request, job);
    if (ungated) {
      return keptJob(arn, request.outputUri);
    }
    switch (job.status) {
      case 'ACTIVE':
        return keptJob(arn, request.outputUri);
      case 'CREATE FAILED':
        throw failure(createFailedMessage(job.failureReason, this.context(event, request)));
      default: // also one that did not exist when this was written
        return this.waiting(event, decision, `status ${job.status}`, true);
    }
  }

  private async describeFailed(
    error: unknown, event: IsCompleteRequest, decision: ExportDecision, request: ExportRequest,
  ): Promise<IsCompleteResponse> {
    const elapsed = this.deps.now() - decision.startedAt;
    const kind = failureKind(error);
    this.log(event, 'describe failed', { jobArn: event.PhysicalResourceId, detail: `${kind}: ${errorText(error)}` });
    switch (kind) {
      case 'transient':
      case 'unreachable':
        return this.waiting(event, decision, errorText(error), decision.created || undefined);
      case 'missing':
        if (!decision.created) { return this.startLate(event, decision, request); }
        if (elapsed < SETTLING_TIME) { return this.waiting(event, decision, 'not visible yet', true); }
        throw failure(lostMessage(elapsed / 1000, this.context(event, request)));
      case 'settling':
        if (elapsed < SETTLING_TIME) { return this.waiting(event, decision, errorText(error), decision.created || undefined); }
        throw failure(describeFailedMessage(errorText(error), this.context(event, request)));
      default:
        throw failure(describeFailedMessage(errorText(error), this.context(event, request)));
    }
  }

  /** Creates the job that onEvent could not create, unless the request is over: the framework polls on after a rollback has begun. */
  private async startLate(event: IsCompleteRequest, decision: ExportDecision, request: ExportRequest): Promise<IsCompleteResponse> {
    const late = this.deps.now() - decision.startedAt >= this.timeout(event);
    if (late) { return this.waiting(event, decision, decision.trouble ?? 'not created', false); }

    switch (await this.stackPhase(event, this.deps.now() - decision.startedAt)) {
      case 'unknown':
        return this.waiting(event, decision, 'stack status unknown', false);
      case 'rolling back':
        if (decision.previousPhysicalId !== undefined) { return this.kept(event, decision.previousPhysicalId); }
        throw failure(rollingBackMessage(this.context(event, request)));
      case 'going forward':
        await this.create(event, decision, request);
        return { IsComplete: false };
    }
  }

  /** Not done yet: an error when the time is over, before CloudFormation gives up with fewer words. */
  private waiting(event: IsCompleteRequest, decision: ExportDecision, state: string, created: boolean | undefined): IsCompleteResponse {
    const elapsed = this.deps.now() - decision.startedAt;
    const timeout = this.timeout(event);
    if (elapsed >= timeout) {
      const context = this.context(event, exportRequest(event.ResourceProperties, decision.jobName));
      throw failure(timedOutMessage(state, elapsed / 1000, timeout / 1000, created, context));
    }
    return { IsComplete: false };
  }

  /** A job that this request is not known to have created may have been there before it. */
  private rejectForeignJob(event: IsCompleteRequest, decision: ExportDecision, request: ExportRequest, job: JobDescription): void {
    if (decision.created) { return; }
    const differences = [
      ['dataset', job.datasetArn, request.datasetArn],
      ['ingestionMode', job.ingestionMode, request.ingestionMode ?? DEFAULT_INGESTION_MODE],
      ['role', job.roleArn, request.roleArn],
      ['destination', job.outputUri, request.outputUri],
      ['encryptionKey', job.kmsKeyArn, request.kmsKeyArn],
    ]
      .filter(([, theirs, ours]) => theirs !== ours)
      .map(([name, theirs, ours]) => `${name} there is ${theirs ?? 'not set'}, here ${ours ?? 'not set'}`);
    // what an update that was rolled back left behind is this resource's own, however old
    const own = event.PhysicalResourceId === decision.previousPhysicalId;
    if (!own && job.createdAt !== undefined && job.createdAt.getTime() < decision.startedAt - OLDEST_OWN_JOB) {
      differences.push(`it was created at ${job.createdAt.toISOString()}, before this deployment`);
    }
    if (differences.length > 0) {
      throw failure(nameTakenMessage(differences, this.context(event, request)));
    }
  }

  /** Never fails: a rollback must come to an end. The attributes are those of the job that stays, as far as they can be known. */
  private async kept(event: IsCompleteRequest, arn: string): Promise<IsCompleteResponse> {
    let uri = outputUri(event.ResourceProperties, jobNameOfArn(arn));
    try {
      uri = (await this.deps.personalize.describeDatasetExportJob(arn)).outputUri || uri;
    } catch (error) {
      this.log(event, 'describe failed', { jobArn: arn, detail: errorText(error) });
    }
    return keptJob(arn, uri);
  }

  /** in milliseconds */
  private timeout({ ResourceProperties, Polled }: IsCompleteRequest): number {
    return timeoutSeconds(ResourceProperties, Polled === true) * 1000;
  }

  private context({ ResourceProperties: { JobName } }: OnEventRequest, request: ExportRequest): FailureContext {
    return { request, jobArn: jobArn(request.datasetArn, request.jobName), generatedName: JobName === undefined, logGroup: this.deps.logGroup };
  }

  private log(event: OnEventRequest, decision: string, fields: { jobArn?: string; status?: string; detail?: string }): void {
    // the service may repeat what it was sent, and the values of tags are not for the log
    const detail = Object.values(event.ResourceProperties.Tags ?? {}).filter(value => value !== '')
      .reduce((text, value) => text?.replaceAll(value, '***'), fields.detail);
    this.deps.log(decision, { requestId: event.RequestId, logicalId: event.LogicalResourceId, ...fields, ...detail !== undefined && { detail } });
  }
}

/** Not one that has been signalled before: the same handle comes with every later update. */
function hasNewWait({ ResourceProperties: { WaitHandleUrl }, OldResourceProperties }: OnEventRequest): boolean {
  return WaitHandleUrl !== undefined && WaitHandleUrl !== OldResourceProperties?.WaitHandleUrl;
}

function keptJob(arn: string, uri: string): IsCompleteResponse {
  return { IsComplete: true, PhysicalResourceId: arn, Data: attributes(arn, uri) };
}

function attributes(arn: string, uri: string): DatasetExportJobResourceAttributes {
  return { DatasetExportJobArn: arn, DatasetExportJobName: jobNameOfArn(arn), OutputUri: uri };
}
