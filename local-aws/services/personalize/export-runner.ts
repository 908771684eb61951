import type { Dataset, Datasets } from './datasets';
import { ExportAccess, type ExportTarget } from './export-access';
import type { ExportJob, ExportJobStatus } from './export-job';
import { exportedRows, toCsv } from './records';
import { NotSupportedError, type Clock, type Iam, type Kms, type S3 } from '../../core';
import type { JobSettings, PersonalizeSettings } from '../../wire';

const INSUFFICIENT_PRIVILEGES = 'Insufficient privileges for accessing data in Amazon S3.';
const INVALID_PATH = 'Invalid S3 output path';

/** A job that cannot be done, with the reason that DescribeDatasetExportJob gives for it. */
class JobFailure extends Error {
  constructor(reason: string, public readonly detail?: string) {
    super(reason);
  }
}

/** Takes export jobs through their statuses and writes what they export. */
export class ExportRunner {
  private readonly access: ExportAccess;

  constructor(
    private readonly parts: { clock: Clock; iam: Iam; s3: S3; kms: Kms; datasets: Datasets },
    private readonly settings: PersonalizeSettings,
  ) {
    this.access = new ExportAccess(parts, () => settings.sendSourceContext);
  }

  /** Never rejects: whatever happens becomes the job's status. The dataset's records are those at the start. */
  public async run(job: ExportJob, dataset: Dataset): Promise<void> {
    try {
      await this.pass(this.settingsOf(job).secondsPending);
      this.become(job, 'CREATE IN_PROGRESS');
      const files = this.files(job, dataset);
      await this.target(job, dataset, files);
      await this.pass(this.settingsOf(job).secondsInProgress);
      const ordered = this.settingsOf(job).failNextJobsWith ?? this.settings.failJobsOf[dataset.arn];
      if (ordered !== undefined) {
        throw new JobFailure(ordered);
      }
      // access is needed until the last byte is written, not only at first
      const target = await this.target(job, dataset, files);
      for (const [key, body] of files) {
        this.parts.s3.putObject(target.bucket, key, Buffer.from(body), target.kmsKeyArn);
      }
      this.become(job, 'ACTIVE');
    } catch (error) {
      job.failureReason = error instanceof Error ? error.message : String(error);
      job.detail = error instanceof JobFailure ? error.detail : undefined;
      if (!(error instanceof JobFailure)) {
        console.error(error instanceof NotSupportedError ? error.message : error);
      }
      this.become(job, 'CREATE FAILED');
    }
  }

  private settingsOf({ request: { jobName } }: ExportJob): JobSettings {
    const own = Object.entries(this.settings.jobs).filter(([prefix]) => jobName.startsWith(prefix)).map(([, settings]) => settings);
    return Object.assign({ ...this.settings }, ...own);
  }

  /** Where the output goes, after everything that could forbid it was asked. */
  private async target(job: ExportJob, dataset: Dataset, files: Map<string, string>): Promise<ExportTarget> {
    const { bucket } = location(job);
    const configuration = this.parts.s3.bucket(bucket);
    if (!configuration) {
      throw new JobFailure(INVALID_PATH, `there is no bucket ${bucket}`);
    }
    const target = {
      bucket,
      keys: [...files.keys()],
      kmsKeyArn: job.request.jobOutput.s3DataDestination.kmsKeyArn ?? configuration.kmsKeyArn,
      groupKmsKeyArn: this.parts.datasets.group(dataset.groupArn).kmsKeyArn,
    };
    const missing = await this.access.missing(job, target);
    if (missing !== undefined) {
      throw new JobFailure(INSUFFICIENT_PRIVILEGES, missing);
    }
    return target;
  }

  /** Keys and contents. AWS does not document the names: nothing may depend on these. */
  private files(job: ExportJob, dataset: Dataset): Map<string, string> {
    const { folder } = location(job);
    const columns = this.parts.datasets.columns(dataset);
    const rows = exportedRows(dataset.type, columns, dataset.records, job.request.ingestionMode ?? 'PUT');
    const { recordsPerFile } = this.settings;
    const count = Math.max(1, Math.ceil(rows.length / recordsPerFile));
    return new Map(Array.from({ length: count }, (_, part) => [
      `${folder}part-${String(part).padStart(5, '0')}.csv`,
      toCsv(columns, rows.slice(part * recordsPerFile, (part + 1) * recordsPerFile)),
    ]));
  }

  private become(job: ExportJob, status: ExportJobStatus): void {
    job.status = status;
    job.updated = this.parts.clock.now();
  }

  private async pass(seconds: number): Promise<void> {
    await this.parts.clock.sleep(seconds * 1000);
  }
}

/** Bucket and folder (empty or with a slash at its end) of the job's output path. */
function location(job: ExportJob): { bucket: string; folder: string } {
  const { path } = job.request.jobOutput.s3DataDestination;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  if (bucket === undefined) {
    throw new JobFailure(INVALID_PATH, path);
  }
  return { bucket, folder: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}
