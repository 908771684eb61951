import type { CloudFormationApi } from './cloudformation-api';
import type { OnEventRequest } from './events';
import { changedInputs, jobNameOfArn, uncheckedExportRequest } from './export-request';
import { errorText, failureKind, SETTLING_TIME, type FailureKind } from './failures';
import { differentInputs } from './job-inputs';
import { hasTrigger, isGenerated } from './job-name';
import type { RequestLog } from './log';
import type { JobDescription, PersonalizeApi } from './personalize-api';
import { arnOf, waits } from './request';

export type StackPhase = 'going forward' | 'rolling back' | 'unknown';
/**
 * What a job is to the properties: theirs and as far as the deployment waits for it, the same as far as Personalize tells of its
 * inputs, theirs if it succeeds, not theirs (any more), or Personalize did not or does not tell.
 */
export type Fit = 'done' | 'likely' | 'running' | 'failed' | 'gone' | 'other' | 'unknown' | 'unreadable';

/** A deployment begins before its requests, whatever the clocks say; and it is not rolled back and followed by another in so short a time. */
const CLOCK_TOLERANCE = 20 * 1000;
/** What the user may have changed when an input of the job differs. */
const DIFFER_WITH: Readonly<Record<string, readonly string[]>> = { destination: ['bucket', 'prefix'] };

export interface ObserverDependencies {
  readonly personalize: PersonalizeApi;
  readonly cloudFormation: CloudFormationApi;
  readonly now: () => number;
  readonly log: RequestLog;
}

/** Looks at jobs, and at the stack of a request. Errors become answers. */
export class Observer {
  constructor(private readonly deps: ObserverDependencies) {}

  /**
   * Whether a job is the one that the properties ask for.
   *
   * @param isKnown whether it is known to have been started for the trigger of the properties, unless its name tells otherwise
   */
  public async fitOf(arn: string, event: OnEventRequest, isKnown = false): Promise<Fit> {
    if (!isJobArn(arn)) { return 'gone'; }
    const job = await this.look(event, arn);
    if (typeof job === 'string') { return job === 'missing' ? 'gone' : job === 'terminal' ? 'unreadable' : 'unknown'; }
    this.deps.log(event, 'described', { jobArn: arn, status: job.status });
    const jobName = jobNameOfArn(arn);
    if (this.isOther(job, jobName, event, isKnown)) { return 'other'; }
    if (job.status === 'CREATE FAILED') { return 'failed'; }
    if (job.status !== 'ACTIVE' && waits(event)) { return 'running'; }
    return differentInputs(job, uncheckedExportRequest(event.ResourceProperties, jobName), () => true).length > 0 ? 'likely' : 'done';
  }

  public async stackPhase(event: OnEventRequest, startedAt: number): Promise<StackPhase> {
    try {
      const { status, updatedAt = 0 } = await this.deps.cloudFormation.stackState(event.StackId);
      this.deps.log(event, 'stack status', { status });
      // FAILED: what is left of a stack whose rollback is disabled, when it has given up
      if (/ROLLBACK|DELETE|FAILED/.test(status)) { return 'rolling back'; }
      // The framework waits on for a request that was rolled back: the deployment after that is not the request's own.
      const isLater = (time: number) => time > startedAt + CLOCK_TOLERANCE;
      return isLater(updatedAt) && isLater(await this.deps.cloudFormation.operationStartedAt(event.StackId) ?? 0) ? 'rolling back' : 'going forward';
    } catch (error) {
      const kind = failureKind(error);
      this.deps.log(event, 'stack status failed', { detail: `${kind}: ${errorText(error)}` });
      // One export too many does less harm than a stack that cannot be updated because it cannot be asked.
      return kind === 'transient' || (kind !== 'terminal' && this.deps.now() - startedAt < SETTLING_TIME) ? 'unknown' : 'going forward';
    }
  }

  /**
   * Whether an update of the resource has failed in the operation on its stack that is under way.
   *
   * @returns undefined: CloudFormation does not tell now
   */
  public async hasFailed(event: OnEventRequest): Promise<boolean | undefined> {
    try {
      return await this.deps.cloudFormation.hasFailed(event.StackId, event.LogicalResourceId);
    } catch (error) {
      this.deps.log(event, 'stack events failed', { detail: errorText(error) });
      return failureKind(error) === 'transient' ? undefined : false;
    }
  }

  /** Where a job writes, if Personalize tells. */
  public async actualOutputUri(event: OnEventRequest, arn: string): Promise<string | undefined> {
    const job = await this.look(event, arn);
    return typeof job === 'string' ? undefined : job.outputUri;
  }

  /** Whether there is a job, as far as Personalize tells. */
  public async isThere(event: OnEventRequest, arn: string): Promise<boolean> {
    return typeof await this.look(event, arn) !== 'string';
  }

  private async look(event: OnEventRequest, arn: string): Promise<JobDescription | FailureKind> {
    try {
      return await this.deps.personalize.describeDatasetExportJob(arn);
    } catch (error) {
      const kind = failureKind(error);
      this.deps.log(event, 'describe failed', { jobArn: arn, detail: `${kind}: ${errorText(error)}` });
      return kind;
    }
  }

  private isOther(job: JobDescription, jobName: string, event: OnEventRequest, isKnown: boolean): boolean {
    const { ResourceProperties: properties, OldResourceProperties } = event;
    const changed = OldResourceProperties === undefined ? [] : changedInputs(OldResourceProperties, properties);
    const hasName = properties.JobName !== undefined ? jobName === properties.JobName
      : isGenerated(jobName) && hasTrigger(jobName, properties.TriggerToken, isKnown || !changed.includes('trigger'));
    if (!hasName) {
      return true;
    }
    const mayDiffer = (name: string): boolean => DIFFER_WITH[name]?.some(input => changed.includes(input)) ?? changed.includes(name);
    const differences = differentInputs(job, uncheckedExportRequest(properties, jobName), mayDiffer);
    if (differences.length > 0) {
      this.deps.log(event, 'other inputs', { jobArn: arnOf(event, jobName), detail: differences.join('; ') });
    }
    return differences.length > 0;
  }
}

/** Not an id that the Provider framework or CloudFormation invented because there was no answer. */
export function isJobArn(physicalId: string): boolean {
  return physicalId.includes(':dataset-export-job/');
}
