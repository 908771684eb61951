import type { Dependencies } from './dependencies';
import type { OnEventRequest, UpdateRequest } from './events';
import { errorText, failureKind, type FailureKind } from './failures';
import { changedInputs, differencesOf } from './input-differences';
import { isJobArn, jobNameOfArn, outputUriOf } from './job';
import { hasTrigger, isGenerated } from './job-name';
import type { JobDescription } from './personalize-api';
import { waits } from './resource';
import { isSettling } from './settling';

export type StackPhase = 'going forward' | 'rolling back' | 'unknown';
export type UpdateState = 'failed' | 'not failed' | 'unknown';

/** How a job relates to the properties of an update. */
export type Fit =
  /** Has their inputs, and is complete as far as the deployment waits. */
  | 'done'
  /** Has their inputs, as far as Personalize reports them. */
  | 'likely'
  /** Has their inputs, and is not finished. */
  | 'running'
  | 'failed' | 'gone'
  /** Has other inputs. */
  | 'other'
  /** Personalize cannot be asked at the moment. */
  | 'unknown'
  /** Personalize refuses to describe it. */
  | 'unreadable';

/** What is seen of a job. */
export interface Sighting {
  readonly fit: Fit;
  /** Where it writes. */
  readonly outputUri: string;
}

/** Allows for clock skew between a deployment and its requests; no deployment follows a rollback so soon. */
const NEXT_OPERATION_MARGIN = 20 * 1000;

/** Observes jobs, and the stack of a request. Errors become answers. */
export class Observer {
  constructor(private readonly deps: Dependencies) {}

  /**
   * Whether a job is the one that the properties ask for, and where it writes.
   *
   * @param isKnown whether it is known to have been started for the trigger of the properties, unless its name shows otherwise
   */
  public async look(jobArn: string, event: UpdateRequest, isKnown = false): Promise<Sighting> {
    const job = isJobArn(jobArn) ? await this.describe(event, jobArn) : 'missing';
    const outputUri = outputUriOf(typeof job === 'string' ? {} : job, event.ResourceProperties, jobNameOfArn(jobArn));
    return { fit: this.fitOf(job, jobArn, event, isKnown), outputUri };
  }

  private fitOf(job: JobDescription | FailureKind, jobArn: string, event: UpdateRequest, isKnown: boolean): Fit {
    if (typeof job === 'string') { return job === 'missing' ? 'gone' : job === 'terminal' ? 'unreadable' : 'unknown'; }
    this.deps.log(event, 'described', { jobArn, status: job.status });
    if (this.isOther(job, jobArn, event, isKnown)) { return 'other'; }
    if (job.status === 'CREATE FAILED') { return 'failed'; }
    if (job.status !== 'ACTIVE' && waits(event.ResourceProperties)) { return 'running'; }
    return differencesOf(job, jobArn, event.ResourceProperties).length > 0 ? 'likely' : 'done';
  }

  public async stackPhase(event: OnEventRequest, startedAt: number): Promise<StackPhase> {
    try {
      const { status, updatedAt = 0 } = await this.deps.cloudFormation.stackState(event.StackId);
      this.deps.log(event, 'stack status', { status });
      // FAILED: a stack whose rollback is disabled has given up
      if (/ROLLBACK|DELETE|FAILED/.test(status)) { return 'rolling back'; }
      // The framework keeps polling for a request that was rolled back: the next deployment is not the request's own.
      const isLater = (time: number) => time > startedAt + NEXT_OPERATION_MARGIN;
      return isLater(updatedAt) && isLater(await this.deps.cloudFormation.operationStartedAt(event.StackId) ?? 0) ? 'rolling back' : 'going forward';
    } catch (error) {
      const kind = failureKind(error);
      this.deps.log(event, 'stack status failed', { detail: `${kind}: ${errorText(error)}` });
      // A superfluous export does less harm than a stack that cannot be updated.
      return kind === 'transient' || (kind !== 'terminal' && isSettling(startedAt, this.deps.now())) ? 'unknown' : 'going forward';
    }
  }

  /** Whether an update of the resource has failed in the stack's current operation; `unknown`: CloudFormation cannot be asked at the moment. */
  public async updateState(event: UpdateRequest): Promise<UpdateState> {
    try {
      return await this.deps.cloudFormation.hasFailed(event.StackId, event.LogicalResourceId) ? 'failed' : 'not failed';
    } catch (error) {
      this.deps.log(event, 'stack events failed', { detail: errorText(error) });
      return failureKind(error) === 'transient' ? 'unknown' : 'not failed';
    }
  }

  /** Whether the job is known to exist. */
  public async isThere(event: UpdateRequest, jobArn: string): Promise<boolean> {
    return typeof await this.describe(event, jobArn) !== 'string';
  }

  private async describe(event: UpdateRequest, jobArn: string): Promise<JobDescription | FailureKind> {
    try {
      return await this.deps.personalize.describeDatasetExportJob(jobArn);
    } catch (error) {
      const kind = failureKind(error);
      this.deps.log(event, 'describe failed', { jobArn, detail: `${kind}: ${errorText(error)}` });
      return kind;
    }
  }

  private isOther(job: JobDescription, jobArn: string, event: UpdateRequest, isKnown: boolean): boolean {
    const { ResourceProperties: properties, OldResourceProperties } = event;
    const jobName = jobNameOfArn(jobArn);
    const changed = changedInputs(OldResourceProperties, properties);
    const hasName = properties.JobName !== undefined ? jobName === properties.JobName
      : isGenerated(jobName) && hasTrigger(jobName, properties.TriggerToken, isKnown || !changed.includes('TriggerToken'));
    if (!hasName) { return true; }
    const differences = differencesOf(job, jobArn, properties, name => changed.includes(name));
    if (differences.length > 0) { this.deps.log(event, 'other inputs', { jobArn, detail: differences.join('; ') }); }
    return differences.length > 0;
  }
}
