import type { Datasets } from './datasets';
import { isUnfinished, type ExportJob, type ExportJobRequest } from './export-job';
import { ExportRunner } from './export-runner';
import { DEFAULT_SETTINGS } from './settings';
import { checkTagCount, requestTagContext, resourceTagContext } from './tags';
import { CREATE_EXPORT_JOB, EXPORT_JOB_ARN, validate } from './validation';
import {
  ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Clock, type Iam, type Kms, type S3, type Service,
} from '../../core';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../../protocols/json';
import type { JobRecord } from '../../wire';
import { principalOf } from '../iam/principal';

const EXPORTABLE = ['INTERACTIONS', 'ITEMS', 'USERS'];

export interface PersonalizeParts {
  readonly region: string;
  readonly clock: Clock;
  readonly iam: Iam;
  readonly s3: S3;
  readonly kms: Kms;
  readonly datasets: Datasets;
}

/** The Amazon Personalize API as far as dataset export jobs go. */
export class PersonalizeService implements Service {
  public readonly signingName = 'personalize';
  public readonly settings = { ...DEFAULT_SETTINGS };
  private readonly exportJobs = new Map<string, ExportJob>();
  private readonly runner: ExportRunner;

  constructor(private readonly parts: PersonalizeParts) {
    this.runner = new ExportRunner(parts, this.settings);
  }

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    const parameters = jsonParameters(request);
    switch (operation) {
      case 'CreateDatasetExportJob': return jsonResponse(await this.createExportJob(parameters, request));
      case 'DescribeDatasetExportJob': return jsonResponse(await this.describeExportJob(parameters, request));
      case 'ListDatasetExportJobs': return jsonResponse(await this.listExportJobs(parameters, request));
      case 'ListDatasets': return jsonResponse(await this.listDatasets(parameters, request));
      case 'DescribeDataset': return jsonResponse(await this.describeDataset(parameters, request));
      case 'DescribeDatasetGroup': return jsonResponse(await this.describeDatasetGroup(parameters, request));
      default: throw new NotSupportedError(`personalize ${operation}`);
    }
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  /** All jobs, for the control API. */
  public jobs(): JobRecord[] {
    return [...this.exportJobs.values()].map(job => ({
      datasetExportJobArn: job.arn,
      request: { ...job.request },
      caller: job.caller,
      status: job.status,
      ...(job.failureReason !== undefined && { failureReason: job.failureReason }),
      ...(job.detail !== undefined && { detail: job.detail }),
      creationDateTime: new Date(job.created).toISOString(),
      lastUpdatedDateTime: new Date(job.updated).toISOString(),
    }));
  }

  private async createExportJob(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    validate(parameters, CREATE_EXPORT_JOB);
    const request = parameters as unknown as ExportJobRequest;
    const tags = request.tags ?? [];
    const arn = `arn:aws:personalize:${this.parts.region}:${ACCOUNT}:dataset-export-job/${request.jobName}`;

    const { iam, clock } = this.parts;
    const principal = principalOf(caller);
    const context = requestTagContext(tags);
    await iam.authorize({ principal, action: 'personalize:CreateDatasetExportJob', resource: request.datasetArn, context });
    await iam.authorize({ principal, action: 'personalize:CreateDatasetExportJob', resource: arn, context });
    if (tags.length > 0) {
      await iam.authorize({ principal, action: 'personalize:TagResource', resource: arn, context });
    }
    await iam.authorize({
      principal, action: 'iam:PassRole', resource: request.roleArn, context: { 'iam:PassedToService': 'personalize.amazonaws.com' },
    });

    // from here on nothing waits: of two requests for one name, one comes first
    checkTagCount(tags);
    const dataset = this.parts.datasets.dataset(request.datasetArn);
    if (!EXPORTABLE.includes(dataset.type)) {
      throw new ServiceError('InvalidInputException', `Datasets of type ${dataset.type} cannot be exported: ${dataset.arn}`);
    }
    if (this.exportJobs.has(arn)) {
      throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`);
    }
    const { maxConcurrentJobs } = this.settings;
    if (maxConcurrentJobs !== null && [...this.exportJobs.values()].filter(isUnfinished).length >= maxConcurrentJobs) {
      throw new ServiceError('LimitExceededException', `More than ${maxConcurrentJobs} resources with PENDING or IN_PROGRESS status.`);
    }
    const now = clock.now();
    const job: ExportJob = { arn, request, caller: caller.arn, created: now, updated: now, status: 'CREATE PENDING' };
    this.exportJobs.set(arn, job);
    void this.runner.run(job, dataset);
    return { datasetExportJobArn: arn };
  }

  private async describeExportJob(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    validate(parameters, { datasetExportJobArn: EXPORT_JOB_ARN });
    const arn = String(parameters.datasetExportJobArn);
    const job = this.exportJobs.get(arn);
    await this.parts.iam.authorize({
      principal: principalOf(caller),
      action: 'personalize:DescribeDatasetExportJob',
      resource: arn,
      context: resourceTagContext(job?.request.tags ?? []),
    });
    if (!job) {
      throw new ServiceError('ResourceNotFoundException', `The given dataset export job does not exist: ${arn}`);
    }
    const { jobName, datasetArn, roleArn, ingestionMode = 'PUT', jobOutput } = job.request;
    return {
      datasetExportJob: {
        jobName,
        datasetExportJobArn: arn,
        datasetArn,
        ingestionMode,
        roleArn,
        jobOutput,
        status: job.status === 'CREATE IN_PROGRESS' ? this.settings.statusInProgress ?? job.status : job.status,
        ...times(job),
        ...(job.failureReason !== undefined && { failureReason: job.failureReason }),
      },
    };
  }

  private async listExportJobs(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    await this.parts.iam.authorize({ principal: principalOf(caller), action: 'personalize:ListDatasetExportJobs', resource: '*' });
    const { datasetArn, nextToken = '0', maxResults = 100 } = parameters as { datasetArn?: string; nextToken?: string; maxResults?: number };
    if (maxResults < 1 || maxResults > 100 || !/^\d+$/.test(nextToken)) {
      throw new ServiceError('ValidationException', `1 validation error detected: maxResults ${maxResults} or nextToken ${nextToken}`);
    }
    const start = Number(nextToken);
    const matching = [...this.exportJobs.values()].reverse().filter(job => datasetArn === undefined || job.request.datasetArn === datasetArn);
    const end = start + maxResults;
    return {
      datasetExportJobs: matching.slice(start, end).map(job => ({
        datasetExportJobArn: job.arn,
        jobName: job.request.jobName,
        status: job.status,
        ...times(job),
        ...(job.failureReason !== undefined && { failureReason: job.failureReason }),
      })),
      ...(end < matching.length && { nextToken: String(end) }),
    };
  }

  private async listDatasets(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    await this.parts.iam.authorize({ principal: principalOf(caller), action: 'personalize:ListDatasets', resource: '*' });
    validate(parameters, { datasetGroupArn: EXPORT_JOB_ARN });
    const { datasetGroupArn, nextToken = '0', maxResults = 100 } = parameters as { datasetGroupArn: string; nextToken?: string; maxResults?: number };
    if (maxResults < 1 || maxResults > 100 || !/^\d+$/.test(nextToken)) {
      throw new ServiceError('ValidationException', `1 validation error detected: maxResults ${maxResults} or nextToken ${nextToken}`);
    }
    const start = Number(nextToken);
    const all = this.parts.datasets.datasetsOf(datasetGroupArn);
    const end = start + Math.min(maxResults, this.settings.datasetsPerPage);
    return {
      datasets: all.slice(start, end).map(({ name, arn, type, created }) => (
        { name, datasetArn: arn, datasetType: type, status: 'ACTIVE', ...times({ created, updated: created }) })),
      ...(end < all.length && { nextToken: String(end) }),
    };
  }

  private async describeDataset(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    validate(parameters, { datasetArn: EXPORT_JOB_ARN });
    const arn = String(parameters.datasetArn);
    await this.parts.iam.authorize({ principal: principalOf(caller), action: 'personalize:DescribeDataset', resource: arn });
    const { name, type, groupArn, schemaArn, created } = this.parts.datasets.dataset(arn);
    return {
      dataset: {
        name, datasetArn: arn, datasetGroupArn: groupArn, datasetType: type, schemaArn, status: 'ACTIVE', ...times({ created, updated: created }),
      },
    };
  }

  private async describeDatasetGroup(parameters: Record<string, unknown>, { caller }: ApiRequest): Promise<object> {
    validate(parameters, { datasetGroupArn: EXPORT_JOB_ARN });
    const arn = String(parameters.datasetGroupArn);
    await this.parts.iam.authorize({ principal: principalOf(caller), action: 'personalize:DescribeDatasetGroup', resource: arn });
    const { name, kmsKeyArn, roleArn, domain, created } = this.parts.datasets.group(arn);
    return {
      datasetGroup: { name, datasetGroupArn: arn, status: 'ACTIVE', roleArn, kmsKeyArn, domain, ...times({ created, updated: created }) },
    };
  }
}

/** The JSON protocols write times as seconds since the epoch. */
function times({ created, updated }: { created: number; updated: number }): { creationDateTime: number; lastUpdatedDateTime: number } {
  return { creationDateTime: created / 1000, lastUpdatedDateTime: updated / 1000 };
}
