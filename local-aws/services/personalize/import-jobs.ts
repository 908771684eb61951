import type { Dataset, Datasets } from './datasets';
import { importedRows, InvalidCsv } from './import-csv';
import { firstRefused, KEY_ACTIONS, KEY_POLICY_ACTION } from './job-access';
import { INSUFFICIENT_PRIVILEGES, JobFailure, s3Location, type Job, type JobRunner } from './job-runner';
import { ID_COLUMN, type Row } from './records';
import { checkTagCount, type Tag } from './tags';
import { ACCOUNT, ServiceError, found } from '../../core';
import { checkQuota, isBeyond, quota } from '../../quotas';
import type { PersonalizeSettings } from '../../wire';
import type { World } from '../../world';
import type { StoredObject } from '../s3/store';

/** The parameters of CreateDatasetImportJob that have an effect here. */
export interface ImportJobRequest {
  readonly jobName: string;
  readonly datasetArn: string;
  readonly dataSource: { readonly dataLocation?: string };
  readonly roleArn?: string;
  readonly importMode?: 'FULL' | 'INCREMENTAL';
  readonly tags?: Tag[];
}

export interface ImportJob extends Job {
  readonly request: ImportJobRequest;
  /** resolves when it is active or failed */
  ended: Promise<void>;
}

/** The words of https://docs.aws.amazon.com/personalize/latest/dg/error-messages.html */
const INVALID_LOCATION = 'Invalid Data location.';

/**
 * Dataset import jobs: replace the bulk records of a dataset, or add to them, but never change those that were put individually.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/bulk-data-import-step.html
 */
export class ImportJobs {
  private readonly jobsByArn = new Map<string, ImportJob>();

  constructor(
    private readonly world: Pick<World, 'region' | 'clock' | 'iam' | 's3' | 'kms'>,
    private readonly datasets: Datasets,
    private readonly settings: PersonalizeSettings,
    private readonly runner: JobRunner,
  ) {}

  /** In the order of their creation. */
  public get all(): ImportJob[] {
    return [...this.jobsByArn.values()];
  }

  public arn(jobName: string): string {
    return `arn:aws:personalize:${this.world.region}:${ACCOUNT}:dataset-import-job/${jobName}`;
  }

  /** Undefined if the job cannot be seen yet. */
  public find(arn: string): ImportJob | undefined {
    const job = this.jobsByArn.get(arn);
    return job && this.runner.isVisible(job) ? job : undefined;
  }

  public async create(request: ImportJobRequest): Promise<ImportJob> {
    checkTagCount(request.tags ?? []);
    const dataset = this.datasets.dataset(request.datasetArn);
    if (request.importMode === 'INCREMENTAL' && dataset.records.bulk.length === 0) {
      throw new ServiceError('InvalidInputException', `The first bulk import of ${dataset.arn} can only be FULL`);
    }
    const arn = this.arn(request.jobName);
    const now = this.world.clock.now();
    const job: ImportJob = { arn, request, created: now, updated: now, status: 'CREATE PENDING', ended: Promise.resolve() };
    await this.runner.checkAtCreate(() => this.files(job));
    if (this.jobsByArn.has(arn)) { throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`); }
    const unfinished = this.all.filter(({ status }) => status === 'CREATE PENDING' || status === 'CREATE IN_PROGRESS').length;
    checkQuota('personalizeImportJobs', unfinished + 1, most => `More than ${most} resources with PENDING or IN_PROGRESS status.`);
    this.jobsByArn.set(arn, job);
    job.ended = this.run(job, dataset);
    return job;
  }

  private run(job: ImportJob, dataset: Dataset): Promise<void> {
    return this.runner.run(job, dataset, {
      check: () => this.files(job),
      finish: async () => {
        const rows = this.rows(await this.files(job), dataset);
        const incremental = job.request.importMode === 'INCREMENTAL';
        dataset.records.bulk = incremental ? added(dataset, rows) : rows;
      },
    });
  }

  /** What the job reads. Throws unless everything that it takes is allowed. */
  private async files({ arn, request }: ImportJob): Promise<StoredObject[]> {
    const { dataLocation = '' } = request.dataSource;
    const { bucket, key } = found(s3Location(dataLocation), () => new JobFailure(INVALID_LOCATION, dataLocation));
    if (!this.world.s3.bucket(bucket)) { throw new JobFailure(INVALID_LOCATION, `there is no bucket ${bucket}`); }
    const isFolder = key === '' || key.endsWith('/');
    const objects = this.world.s3.objects(bucket)
      .filter(object => isFolder ? object.key.startsWith(key) && object.key !== key && !object.key.slice(key.length).includes('/') : object.key === key);
    const keyArns = new Set(objects.flatMap(({ kmsKeyArn }) => kmsKeyArn ?? []));
    const missing = await firstRefused(this.world, { arn }, request.roleArn ?? '', this.settings.sendSourceContext, principals => [
      ...principals.onBucket(bucket, 's3:GetObject', objects.map(object => object.key)),
      // for imports, the key's policy alone counts
      ...[...keyArns].flatMap(keyArn => [principals.roleByResourcePolicy, principals.service].flatMap(principal => (
        principals.onKey(keyArn, principal, [...KEY_ACTIONS, KEY_POLICY_ACTION])))),
    ]);
    if (missing !== undefined) { throw new JobFailure(INSUFFICIENT_PRIVILEGES, missing); }
    if (objects.length === 0) {
      throw new JobFailure(INVALID_LOCATION, isFolder ? `there is no file in the first level of ${dataLocation}` : `there is no file ${dataLocation}`);
    }
    return objects;
  }

  private rows(files: StoredObject[], dataset: Dataset): Row[] {
    const rows = files.flatMap(({ key, body }) => {
      try {
        return importedRows(dataset.type, this.datasets.fields(dataset), body);
      } catch (error) {
        throw error instanceof InvalidCsv ? new JobFailure(error.message, key) : error;
      }
    });
    if (dataset.type === 'INTERACTIONS' && isBeyond('personalizeImportedInteractions', rows.length)) {
      throw new JobFailure(`An import needs at least ${quota('personalizeImportedInteractions')} item interactions, got ${rows.length}`);
    }
    return rows;
  }
}

/** The bulk records with those of an incremental import. */
function added({ type, records: { bulk } }: Dataset, rows: Row[]): Row[] {
  const id = ID_COLUMN[type];
  if (id !== undefined) {
    const replaced = new Set(rows.map(row => row[id]));
    return [...bulk.filter(row => !replaced.has(row[id])), ...rows];
  }
  return [...bulk, ...rows];
}
