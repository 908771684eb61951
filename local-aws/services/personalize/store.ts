import { Datasets } from './datasets';
import { ExportRunner } from './export-runner';
import type { IngestionMode } from './records';
import { checkTagCount, type Tag } from './tags';
import { ACCOUNT, ServiceError } from '../../core';
import { QUOTAS } from '../../quotas';
import type { JobRecord, PersonalizeSettings } from '../../wire';
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

export interface ExportJob {
  readonly arn: string;
  readonly request: ExportJobRequest;
  /** the ARN of its creator */
  readonly caller: string;
  readonly created: number;
  updated: number;
  status: 'CREATE PENDING' | 'CREATE IN_PROGRESS' | 'ACTIVE' | 'CREATE FAILED';
  failureReason?: string;
  /** which permission was missing; AWS does not tell */
  detail?: string;
}

const EXPORTABLE = ['INTERACTIONS', 'ITEMS', 'USERS'];

/** Datasets and their export jobs. */
export class PersonalizeStore {
  public readonly settings: PersonalizeSettings;
  public readonly datasets: Datasets;
  private readonly jobsByArn = new Map<string, ExportJob>();
  private readonly runner: ExportRunner;

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
    this.runner = new ExportRunner(world, this.datasets, this.settings);
  }

  /** Those that can be seen. */
  public get exportJobs(): ExportJob[] {
    return [...this.jobsByArn.values()].filter(job => this.isVisible(job));
  }

  public exportJobArn(jobName: string): string {
    return `arn:aws:personalize:${this.world.region}:${ACCOUNT}:dataset-export-job/${jobName}`;
  }

  /** Undefined if the job cannot be seen yet. */
  public exportJob(arn: string): ExportJob | undefined {
    const job = this.jobsByArn.get(arn);
    return job && this.isVisible(job) ? job : undefined;
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
    if (this.settings.checksAccessAtCreate) { await this.runner.checkAccess(job, dataset); }
    if (this.jobsByArn.has(arn)) { throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`); }
    const { maxConcurrentJobs } = this.settings;
    const unfinished = [...this.jobsByArn.values()].filter(({ status }) => status === 'CREATE PENDING' || status === 'CREATE IN_PROGRESS').length;
    if (maxConcurrentJobs !== null && unfinished >= maxConcurrentJobs) {
      throw new ServiceError(QUOTAS.personalizeImportJobs.error, `More than ${maxConcurrentJobs} resources with PENDING or IN_PROGRESS status.`);
    }
    this.jobsByArn.set(arn, job);
    void this.runner.run(job, dataset);
    return job;
  }

  /** All export jobs as the control API shows them. */
  public jobs(): JobRecord[] {
    return [...this.jobsByArn.values()].map(({ arn, request, caller, status, failureReason, detail, created, updated }) => ({
      datasetExportJobArn: arn,
      request: { ...request },
      caller,
      status,
      failureReason,
      detail,
      creationDateTime: new Date(created).toISOString(),
      lastUpdatedDateTime: new Date(updated).toISOString(),
    }));
  }

  private isVisible({ created }: ExportJob): boolean {
    return this.world.clock.now() >= created + this.settings.secondsUntilVisible * 1000;
  }
}
