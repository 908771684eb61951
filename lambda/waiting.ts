import type { Dependencies } from './dependencies';
import { completed, type IsCompleteResponse, type OnEventRequest } from './events';
import { jobArn } from './job';
import { timedOut, type JobState } from './messages';
import { handsOver, timeoutSeconds, waitedSeconds, waits, waitSeconds } from './resource';

/** What a request still waits for. */
export interface Awaited {
  readonly jobName: string;
  readonly outputUri: string;
  /** What is known of the job, in words. */
  readonly status: string;
  readonly job: JobState;
  readonly createdAt?: Date | undefined;
}

/** How long a request waits, and what comes after that. */
export class Waiting {
  constructor(private readonly deps: Dependencies) {}

  /** @param before how long previous resources have waited, in seconds */
  public isOver({ ResourceProperties }: OnEventRequest, startedAt: number, before = waitedSeconds(ResourceProperties)): boolean {
    return this.deps.now() - startedAt >= waitSeconds(ResourceProperties, before) * 1000;
  }

  /** Not complete yet. When the time is over, hands over to the next resource, or fails before CloudFormation would, with a better message. */
  public goOn(event: OnEventRequest, startedAt: number, { jobName, outputUri, status, job, createdAt }: Awaited): IsCompleteResponse {
    const { ResourceProperties: properties } = event;
    // An export that a resource has started anew has not been waited for from the beginning.
    const before = Math.min(waitedSeconds(properties), Math.max(0, (startedAt - (createdAt?.getTime() ?? 0)) / 1000));
    // One that Personalize does not tell of now, or not since when, may be such an export.
    const mayBeNew = job === 'may exist' || (job === 'exists' && createdAt === undefined);
    if (!this.isOver(event, startedAt, mayBeNew ? 0 : before)) { return { IsComplete: false }; }
    if (handsOver(properties)) {
      const arn = jobArn(properties.DatasetArn, jobName);
      this.deps.log(event, 'hand over', { jobArn: arn, detail: status });
      return completed(arn, outputUri);
    }
    const elapsed = (this.deps.now() - startedAt) / 1000 + before;
    const limit = waits(properties) ? timeoutSeconds(properties) : waitSeconds(properties);
    throw timedOut({ event, jobName, outputUri, logGroup: this.deps.logGroup }, status, elapsed, limit, job);
  }
}
