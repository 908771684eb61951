import type { Dataset, Datasets } from './datasets';
import { exportRequests, type ExportTarget } from './export-access';
import { firstRefused } from './job-access';
import { INSUFFICIENT_PRIVILEGES, JobFailure, s3Location, type JobRunner } from './job-runner';
import { outputFiles } from './output';
import { exportedRows } from './records';
import type { ExportJob } from './store';
import type { PersonalizeSettings } from '../../wire';
import type { World } from '../../world';

const INVALID_PATH = 'Invalid S3 output path';

/** What export jobs do: write the records of a dataset to a bucket. */
export class ExportRunner {
  constructor(
    private readonly world: Pick<World, 'iam' | 's3' | 'kms'>,
    private readonly datasets: Datasets,
    private readonly settings: PersonalizeSettings,
    private readonly runner: JobRunner,
  ) {}

  /** Never rejects. Exports the records that the dataset has when the job starts. */
  public async run(job: ExportJob, dataset: Dataset): Promise<void> {
    let files = new Map<string, Buffer>();
    await this.runner.run(job, dataset, {
      start: () => { files = this.files(job, dataset); },
      check: () => this.target(job, dataset, files),
      finish: async () => {
        const { bucket, kmsKeyArn } = await this.target(job, dataset, files);
        for (const [key, body] of files) { this.world.s3.putObject(bucket, key, body, kmsKeyArn); }
      },
    });
  }

  public async checkAtCreate(job: ExportJob, dataset: Dataset): Promise<void> {
    await this.runner.checkAtCreate(() => this.target(job, dataset, this.files(job, dataset)));
  }

  /** Where the output goes. Throws unless everything that it takes is allowed. */
  private async target(job: ExportJob, dataset: Dataset, files: Map<string, Buffer>): Promise<ExportTarget> {
    const { bucket } = location(job);
    const configuration = this.world.s3.bucket(bucket);
    if (!configuration) { throw new JobFailure(INVALID_PATH, `there is no bucket ${bucket}`); }
    const requestKmsKeyArn = job.request.jobOutput.s3DataDestination.kmsKeyArn;
    const target = {
      bucket,
      keys: [...files.keys()],
      requestKmsKeyArn,
      kmsKeyArn: requestKmsKeyArn ?? configuration.kmsKeyArn,
      groupKmsKeyArn: this.datasets.group(dataset.groupArn).kmsKeyArn,
    };
    const { request: { roleArn } } = job;
    const missing = await firstRefused(this.world, job, roleArn, this.settings.sendSourceContext, principals => exportRequests(principals, target));
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
}

/** The folder is empty or ends with a slash. */
function location(job: ExportJob): { bucket: string; folder: string } {
  const { path } = job.request.jobOutput.s3DataDestination;
  const known = s3Location(path);
  if (known === undefined) { throw new JobFailure(INVALID_PATH, path); }
  const { bucket, key } = known;
  return { bucket, folder: key === '' || key.endsWith('/') ? key : `${key}/` };
}
