import type { Dataset } from './datasets';
import { NotSupportedError, ServiceError } from '../../core';
import type { JobSettings, PersonalizeSettings } from '../../wire';
import type { World } from '../../world';

/** An export or import job. */
export interface Job {
  readonly arn: string;
  readonly request: { readonly jobName: string };
  readonly created: number;
  updated: number;
  status: 'CREATE PENDING' | 'CREATE IN_PROGRESS' | 'ACTIVE' | 'CREATE FAILED';
  failureReason?: string;
  /** which permission was missing, or what is wrong with the data; AWS does not tell */
  detail?: string;
}

/** A failure with the reason that the description of the job gives. */
export class JobFailure extends Error {
  constructor(reason: string, public readonly detail?: string) {
    super(reason);
  }
}

export const INSUFFICIENT_PRIVILEGES = 'Insufficient privileges for accessing data in Amazon S3.';

interface Steps {
  /** Takes what the job works on, as it is now. */
  start?(): void;
  /** Throws unless the job may do all it has to do. */
  check(): Promise<unknown>;
  /** What the job is for. Checks again: access is needed until the end, not only at first. */
  finish(): Promise<void>;
}

/** Takes jobs through their statuses. */
export class JobRunner {
  constructor(private readonly world: Pick<World, 'clock'>, private readonly settings: PersonalizeSettings) {}

  /** Never rejects: a failure becomes the job's status. */
  public async run(job: Job, dataset: Dataset, steps: Steps): Promise<void> {
    try {
      await this.world.clock.sleep(this.settingsOf(job).secondsPending * 1000);
      this.setStatus(job, 'CREATE IN_PROGRESS');
      steps.start?.();
      // otherwise it was checked a moment ago
      if (!this.settings.checksAccessAtCreate) { await steps.check(); }
      await this.world.clock.sleep(this.settingsOf(job).secondsInProgress * 1000);
      const failure = this.settingsOf(job).failNextJobsWith ?? this.settings.failJobsOf[dataset.arn];
      if (failure !== undefined) { throw new JobFailure(failure); }
      await steps.finish();
      this.setStatus(job, 'ACTIVE');
    } catch (error) {
      job.failureReason = error instanceof Error ? error.message : String(error);
      job.detail = error instanceof JobFailure ? error.detail : undefined;
      if (!(error instanceof JobFailure)) { console.error(error instanceof NotSupportedError ? error.message : error); }
      this.setStatus(job, 'CREATE FAILED');
    }
  }

  /** Refuses a job as far as that can be known before it runs. */
  public async checkAtCreate(check: Steps['check']): Promise<void> {
    if (!this.settings.checksAccessAtCreate) { return; }
    try {
      await check();
    } catch (error) {
      throw error instanceof JobFailure ? new ServiceError('InvalidInputException', error.message) : error;
    }
  }

  /** Whether answers contain the job already. */
  public isVisible({ created }: Job): boolean {
    return this.world.clock.now() >= created + this.settings.secondsUntilVisible * 1000;
  }

  private settingsOf({ request: { jobName } }: Job): JobSettings {
    const own = Object.entries(this.settings.jobs).filter(([prefix]) => jobName.startsWith(prefix)).map(([, settings]) => settings);
    return Object.assign({ ...this.settings }, ...own);
  }

  private setStatus(job: Job, status: Job['status']): void {
    job.status = status;
    job.updated = this.world.clock.now();
  }
}

/** Undefined if it is not one of S3. The key is empty, or that of a file or a folder. */
export function s3Location(uri: string): { bucket: string; key: string } | undefined {
  const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(uri) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}
