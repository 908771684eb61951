import type { Dataset, Datasets } from './datasets';
import { ExportAccess, type ExportTarget } from './export-access';
import { outputFiles } from './output';
import { exportedRows } from './records';
import type { ExportJob } from './store';
import { NotSupportedError, ServiceError } from '../../core';
import type { JobSettings, PersonalizeSettings } from '../../wire';
import type { World } from '../../world';

const INSUFFICIENT_PRIVILEGES = 'Insufficient privileges for accessing data in Amazon S3.';
const INVALID_PATH = 'Invalid S3 output path';

/** A failure with the reason that DescribeDatasetExportJob gives. */
class JobFailure extends Error {
  constructor(reason: string, public readonly detail?: string) {
    super(reason);
  }
}

/** Takes export jobs through their statuses and writes their output. */
export class ExportRunner {
  private readonly access: ExportAccess;

  constructor(
    private readonly world: Pick<World, 'clock' | 'iam' | 's3' | 'kms'>,
    private readonly datasets: Datasets,
    private readonly settings: PersonalizeSettings,
  ) {
    this.access = new ExportAccess(world, () => settings.sendSourceContext);
  }

  /** Never rejects: a failure becomes the job's status. Exports the records that the dataset has when the job starts. */
  public async run(job: ExportJob, dataset: Dataset): Promise<void> {
    try {
      await this.world.clock.sleep(this.settingsOf(job).secondsPending * 1000);
      this.setStatus(job, 'CREATE IN_PROGRESS');
      const files = this.files(job, dataset);
      // otherwise it was checked a moment ago
      if (!this.settings.checksAccessAtCreate) { await this.target(job, dataset, files); }
      await this.world.clock.sleep(this.settingsOf(job).secondsInProgress * 1000);
      const failure = this.settingsOf(job).failNextJobsWith ?? this.settings.failJobsOf[dataset.arn];
      if (failure !== undefined) { throw new JobFailure(failure); }
      // access is needed until the end, not only at first
      const target = await this.target(job, dataset, files);
      for (const [key, body] of files) { this.world.s3.putObject(target.bucket, key, body, target.kmsKeyArn); }
      this.setStatus(job, 'ACTIVE');
    } catch (error) {
      job.failureReason = error instanceof Error ? error.message : String(error);
      job.detail = error instanceof JobFailure ? error.detail : undefined;
      if (!(error instanceof JobFailure)) { console.error(error instanceof NotSupportedError ? error.message : error); }
      this.setStatus(job, 'CREATE FAILED');
    }
  }

  /** Refuses a job that may not write its output, as far as that can be known before it runs. */
  public async checkAccess(job: ExportJob, dataset: Dataset): Promise<void> {
    try {
      await this.target(job, dataset, this.files(job, dataset));
    } catch (error) {
      throw error instanceof JobFailure ? new ServiceError('InvalidInputException', error.message) : error;
    }
  }

  private settingsOf({ request: { jobName } }: ExportJob): JobSettings {
    const own = Object.entries(this.settings.jobs).filter(([prefix]) => jobName.startsWith(prefix)).map(([, settings]) => settings);
    return Object.assign({ ...this.settings }, ...own);
  }

  /** Where the output goes. Throws unless everything that it takes is allowed. */
  private async target(job: ExportJob, dataset: Dataset, files: Map<string, Buffer>): Promise<ExportTarget> {
    const { bucket } = location(job);
    const configuration = this.world.s3.bucket(bucket);
    if (!configuration) { throw new JobFailure(INVALID_PATH, `there is no bucket ${bucket}`); }
    const target = {
      bucket,
      keys: [...files.keys()],
      kmsKeyArn: job.request.jobOutput.s3DataDestination.kmsKeyArn ?? configuration.kmsKeyArn,
      groupKmsKeyArn: this.datasets.group(dataset.groupArn).kmsKeyArn,
    };
    const missing = await this.access.missing(job, target);
    if (missing !== undefined) { throw new JobFailure(INSUFFICIENT_PRIVILEGES, missing); }
    return target;
  }

  /** Contents by key. */
  private files(job: ExportJob, dataset: Dataset): Map<string, Buffer> {
    const { folder } = location(job);
    const columns = this.datasets.columns(dataset);
    const rows = exportedRows(dataset.type, columns, dataset.records, job.request.ingestionMode ?? 'PUT');
    return new Map([...outputFiles(columns, rows, this.settings)].map(([name, body]) => [`${folder}${name}`, body]));
  }

  private setStatus(job: ExportJob, status: ExportJob['status']): void {
    job.status = status;
    job.updated = this.world.clock.now();
  }
}

/** The folder is empty or ends with a slash. */
function location(job: ExportJob): { bucket: string; folder: string } {
  const { path } = job.request.jobOutput.s3DataDestination;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (bucket === undefined) { throw new JobFailure(INVALID_PATH, path); }
  return { bucket, folder: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}
