import { Datasets } from './datasets';
import { ExportRunner } from './export-runner';
import { ImportJobs } from './import-jobs';
import { JobRunner, type Job } from './job-runner';
import type { IngestionMode } from './records';
import { checkTagCount, type Tag } from './tags';
import { ACCOUNT, ServiceError } from '../../core';
import { QUOTAS } from '../../quotas';
import type { ImportJobRecord, JobRecord, PersonalizeSettings } from '../../wire';
import type { World } from '../../world';

/** The parameters of CreateDatasetExportJob that have an effect here. */
export interface ExportJobRequest {
  readonly jobName: string;
  readonly datasetArn: string;
  readonly ingestionMode?: IngestionMode;
  readonly roleArn: string;
  readonly jobOutput: { readonly s3DataDestination: { readonly path: string; readonly kmsKeyArn?: string } };
  readonly tags?: Tag[];
}

export interface ExportJob extends Job {
  readonly request: ExportJobRequest;
  /** the ARN of its creator */
  readonly caller: string;
}

const EXPORTABLE = ['INTERACTIONS', 'ITEMS', 'USERS'];

/** Datasets, and their export and import jobs. */
export class PersonalizeStore {
  public readonly settings: PersonalizeSettings;
  public readonly datasets: Datasets;
  public readonly imports: ImportJobs;
  private readonly jobsByArn = new Map<string, ExportJob>();
  private readonly runner: JobRunner;
  private readonly exporter: ExportRunner;

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'profile' | 'iam' | 's3' | 'kms' | 'interactionsCsv'>) {
    this.settings = {
      // real jobs take minutes to hours; these are long enough to see every status when polling
      secondsPending: 20,
      secondsInProgress: 40,
      maxConcurrentJobs: null,
      failNextJobsWith: null,
      failJobsOf: {},
      jobs: {},
      sendSourceContext: false,
      ...world.profile.personalize,
    };
    this.datasets = new Datasets(world);
    this.runner = new JobRunner(world, this.settings);
    this.exporter = new ExportRunner(world, this.datasets, this.settings, this.runner);
    this.imports = new ImportJobs(world, this.datasets, this.settings, this.runner);
  }

  /** Those that can be seen. */
  public get exportJobs(): ExportJob[] {
    return [...this.jobsByArn.values()].filter(job => this.runner.isVisible(job));
  }

  public exportJobArn(jobName: string): string {
    return `arn:aws:personalize:${this.world.region}:${ACCOUNT}:dataset-export-job/${jobName}`;
  }

  /** Undefined if the job cannot be seen yet. */
  public exportJob(arn: string): ExportJob | undefined {
    const job = this.jobsByArn.get(arn);
    return job && this.runner.isVisible(job) ? job : undefined;
  }

  public async createExportJob(request: ExportJobRequest, caller: string): Promise<ExportJob> {
    checkTagCount(request.tags ?? []);
    const dataset = this.datasets.dataset(request.datasetArn);
    if (!EXPORTABLE.includes(dataset.type)) {
      throw new ServiceError('InvalidInputException', `Datasets of type ${dataset.type} cannot be exported: ${dataset.arn}`);
    }
    const arn = this.exportJobArn(request.jobName);
    const now = this.world.clock.now();
    const job: ExportJob = { arn, request, caller, created: now, updated: now, status: 'CREATE PENDING' };
    await this.exporter.checkAtCreate(job, dataset);
    if (this.jobsByArn.has(arn)) { throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`); }
    const { maxConcurrentJobs } = this.settings;
    const unfinished = [...this.jobsByArn.values()].filter(({ status }) => status === 'CREATE PENDING' || status === 'CREATE IN_PROGRESS').length;
    if (maxConcurrentJobs !== null && unfinished >= maxConcurrentJobs) {
      throw new ServiceError(QUOTAS.personalizeImportJobs.error, `More than ${maxConcurrentJobs} resources with PENDING or IN_PROGRESS status.`);
    }
    this.jobsByArn.set(arn, job);
    void this.exporter.run(job, dataset);
    return job;
  }

  /** All export jobs as the control API shows them. */
  public jobs(): JobRecord[] {
    return [...this.jobsByArn.values()].map(job => ({ datasetExportJobArn: job.arn, caller: job.caller, ...jobRecord(job) }));
  }

  /** All import jobs as the control API shows them. */
  public importJobs(): ImportJobRecord[] {
    return this.imports.all.map(job => ({ datasetImportJobArn: job.arn, ...jobRecord(job) }));
  }
}

function jobRecord({ request, status, failureReason, detail, created, updated }: Job): Omit<JobRecord, 'datasetExportJobArn' | 'caller'> {
  return {
    request: { ...request },
    status,
    failureReason,
    detail,
    creationDateTime: new Date(created).toISOString(),
    lastUpdatedDateTime: new Date(updated).toISOString(),
  };
}
