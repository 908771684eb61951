import type { FakeClock } from './fake-clock';
import { serviceError } from './fake-errors';
import type { ExportRequest } from '../../lambda/export-request';
import { jobArn } from '../../lambda/job';
import type { JobDescription, PersonalizeApi } from '../../lambda/personalize-api';

/** A call that fails: before it takes effect, or after, so that only the response is lost. */
export interface Fault {
  readonly error: Error;
  readonly effect?: 'none' | 'answer lost';
}

export interface Call {
  readonly operation: 'create' | 'describe';
  readonly jobArn: string;
  readonly at: number;
}

export interface FakeJob {
  readonly arn: string;
  readonly request: ExportRequest;
  readonly createdAt: number;
  /** ends with CREATE FAILED for this reason instead of ACTIVE */
  readonly failureReason?: string;
  /** stays in this status forever */
  readonly heldStatus?: string;
}

const RUNNING = ['CREATE PENDING', 'CREATE IN_PROGRESS'];
/** @see https://docs.aws.amazon.com/personalize/latest/dg/API_DescribeDatasetExportJob.html */
const ARN = /^arn:[a-z\d-]+:personalize:.*:.*:.+$/;

/** The export jobs of Amazon Personalize, in memory. */
export class FakePersonalize implements PersonalizeApi {
  public readonly jobs = new Map<string, FakeJob>();
  public readonly calls: Call[] = [];
  /** Each call takes the next fault of its operation; undefined: the call works. */
  public readonly faults: Record<Call['operation'], (Fault | undefined)[]> = { create: [], describe: [] };
  /** The fault of all further calls. */
  public alwaysFault: Partial<Record<Call['operation'], Fault>> = {};
  public concurrencyLimit = 5;
  public pendingSeconds = 60;
  public runningSeconds = 240;
  /** How long Describe does not know a new job: eventual consistency. */
  public visibleAfterSeconds = 0;
  /** The failure reason of jobs that are created from now on; undefined: they succeed. */
  public failureReason: string | undefined;
  /** The status that jobs created from now on stay in. */
  public heldStatus: string | undefined;

  constructor(private readonly clock: FakeClock) {}

  public async createDatasetExportJob(request: ExportRequest): Promise<void> {
    const arn = jobArn(request.datasetArn, request.jobName);
    await this.call('create', arn, () => {
      if (this.jobs.has(arn)) {
        throw serviceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`);
      }
      if ([...this.jobs.values()].filter(job => RUNNING.includes(this.status(job))).length >= this.concurrencyLimit) {
        throw serviceError('LimitExceededException', `More than ${this.concurrencyLimit} resources with PENDING or IN_PROGRESS status.`);
      }
      this.add(request);
    });
  }

  public async describeDatasetExportJob(arn: string): Promise<JobDescription> {
    return this.call('describe', arn, () => {
      if (!ARN.test(arn)) { throw serviceError('InvalidInputException', `Value '${arn}' at 'datasetExportJobArn' failed to satisfy constraint`); }
      const job = this.jobs.get(arn);
      if (job === undefined || this.clock.now() < job.createdAt + this.visibleAfterSeconds * 1000) {
        throw serviceError('ResourceNotFoundException', `The given dataset export job does not exist: ${arn}`);
      }
      const { request } = job;
      const status = this.status(job);
      return {
        status,
        ...status === 'CREATE FAILED' && { failureReason: job.failureReason ?? '' },
        createdAt: new Date(job.createdAt),
        updatedAt: new Date(this.updatedAt(job)),
        ...this.echo(request),
      };
    });
  }

  /** Adds a job, whoever created it. */
  public add(request: ExportRequest, createdAt = this.clock.now()): FakeJob {
    const arn = jobArn(request.datasetArn, request.jobName);
    const job: FakeJob = {
      arn,
      request,
      createdAt,
      ...this.failureReason !== undefined && { failureReason: this.failureReason },
      ...this.heldStatus !== undefined && { heldStatus: this.heldStatus },
    };
    this.jobs.set(arn, job);
    return job;
  }

  public status(job: FakeJob): string {
    if (job.heldStatus !== undefined) { return job.heldStatus; }
    const age = (this.clock.now() - job.createdAt) / 1000;
    if (age < this.pendingSeconds) { return 'CREATE PENDING'; }
    if (age < this.pendingSeconds + this.runningSeconds) { return 'CREATE IN_PROGRESS'; }
    return job.failureReason === undefined ? 'ACTIVE' : 'CREATE FAILED';
  }

  /** What Describe tells of a job's inputs. */
  public echo({ jobName, tags, ...inputs }: ExportRequest): Partial<JobDescription> {
    return inputs;
  }

  private updatedAt(job: FakeJob): number {
    const [started, ended] = [job.createdAt + this.pendingSeconds * 1000, job.createdAt + (this.pendingSeconds + this.runningSeconds) * 1000];
    return this.clock.now() >= ended ? ended : this.clock.now() >= started ? started : job.createdAt;
  }

  public callsOf(operation: Call['operation']): Call[] {
    return this.calls.filter(call => call.operation === operation);
  }

  private async call<T>(operation: Call['operation'], arn: string, effect: () => T): Promise<T> {
    this.calls.push({ operation, jobArn: arn, at: this.clock.now() });
    const fault = this.faults[operation].length > 0 ? this.faults[operation].shift() : this.alwaysFault[operation];
    if (fault?.effect === 'answer lost') { effect(); }
    if (fault !== undefined) { throw fault.error; }
    return effect();
  }
}
