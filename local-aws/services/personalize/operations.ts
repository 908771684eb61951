import * as client from '@aws-sdk/client-personalize';
import type { Dataset } from './datasets';
import type { ImportJob, ImportJobRequest } from './import-jobs';
import type { Job } from './job-runner';
import type { ExportJob, ExportJobRequest } from './store';
import { requestTagContext, resourceTagContext } from './tags';
import { validate } from './validation';
import { NotSupportedError, ServiceError, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';
import type { Call, Operation } from '../../protocols/protocol';
import type { PersonalizeSettings } from '../../wire';

type Parameters = Record<string, unknown>;

const OPERATIONS: Readonly<Record<string, Operation<Parameters, object>>> = {
  CreateDatasetExportJob: async ({ parameters, request: { caller }, authorize }, { personalize }) => {
    const request = parameters as unknown as ExportJobRequest;
    await authorizeCreation(personalize.exportJobArn(request.jobName), request, authorize);
    return { datasetExportJobArn: (await personalize.createExportJob(request, caller.arn)).arn };
  },

  CreateDatasetImportJob: async ({ parameters, authorize }, { personalize: { imports } }) => {
    const request = parameters as unknown as ImportJobRequest & { roleArn: string };
    await authorizeCreation(imports.arn(request.jobName), request, authorize);
    if (parameters.publishAttributionMetricsToS3) { throw new NotSupportedError('publishAttributionMetricsToS3'); }
    return { datasetImportJobArn: (await imports.create(request)).arn };
  },

  DescribeDatasetImportJob: async ({ parameters, authorize }, { personalize }) => {
    const arn = String(parameters.datasetImportJobArn);
    const job = personalize.imports.find(arn);
    await authorize(arn, { context: resourceTagContext(job?.request.tags ?? []) });
    if (!job) { throw new ServiceError('ResourceNotFoundException', `The given dataset import job does not exist: ${arn}`); }
    return { datasetImportJob: describeImportJob(job, personalize.settings) };
  },

  DescribeDatasetExportJob: async ({ parameters, authorize }, { personalize }) => {
    const arn = String(parameters.datasetExportJobArn);
    const job = personalize.exportJob(arn);
    await authorize(arn, { context: resourceTagContext(job?.request.tags ?? []) });
    if (!job) { throw new ServiceError('ResourceNotFoundException', `The given dataset export job does not exist: ${arn}`); }
    return without(personalize.settings.omits[job.status] ?? [], { datasetExportJob: describeJob(job, personalize.settings) });
  },

  ListDatasetExportJobs: async ({ parameters, authorize }, { personalize }) => {
    await authorize('*');
    const matching = personalize.exportJobs.reverse().filter(({ request }) => (parameters.datasetArn ?? request.datasetArn) === request.datasetArn);
    const { elements, nextToken } = page(matching, parameters);
    return { datasetExportJobs: elements.map(job => ({ jobName: job.request.jobName, ...summary(job) })), nextToken };
  },

  ListDatasets: async ({ parameters, authorize }, { personalize: { datasets, settings } }) => {
    await authorize('*');
    if (parameters.datasetGroupArn === undefined) { throw new NotSupportedError('ListDatasets without datasetGroupArn'); }
    const all = datasets.datasetsOf(String(parameters.datasetGroupArn));
    if (settings.emptyPageFirst && parameters.nextToken === undefined) { return { nextToken: '0' }; }
    const { elements, nextToken } = page(all, parameters, settings.datasetsPerPage);
    return { datasets: elements.map(dataset => describeDataset(dataset, settings)), nextToken };
  },

  DescribeDataset: async ({ parameters: { datasetArn }, authorize }, { personalize: { datasets, settings } }) => {
    await authorize(String(datasetArn));
    const dataset = datasets.dataset(String(datasetArn));
    return { dataset: { ...describeDataset(dataset, settings), datasetGroupArn: dataset.groupArn, schemaArn: dataset.schemaArn } };
  },

  DescribeDatasetGroup: async ({ parameters: { datasetGroupArn }, authorize }, { personalize: { datasets } }) => {
    await authorize(String(datasetGroupArn));
    const { name, kmsKeyArn, roleArn, domain, created } = datasets.group(String(datasetGroupArn));
    return { datasetGroup: { name, datasetGroupArn, status: 'ACTIVE', roleArn, kmsKeyArn, domain, ...times(created) } };
  },
};

export const personalizeApi: Api = new JsonApi('personalize', client, Object.fromEntries(Object.entries(OPERATIONS).map(([name, operation]) => (
  [name, async (call, world) => {
    validate(name, call.parameters);
    return operation(call, world);
  }] satisfies [string, Operation<Parameters, object>]))));

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_personalize.html */
async function authorizeCreation(
  arn: string, { datasetArn, roleArn, tags = [] }: Pick<ExportJobRequest, 'datasetArn' | 'roleArn' | 'tags'>,
  authorize: Call<Parameters>['authorize'],
): Promise<void> {
  const context = requestTagContext(tags);
  await authorize(datasetArn, { context });
  await authorize(arn, { context });
  if (tags.length > 0) { await authorize(arn, { action: 'personalize:TagResource', context }); }
  await authorize(roleArn, { action: 'iam:PassRole', context: { 'iam:PassedToService': 'personalize.amazonaws.com' } });
}

function describeJob(job: ExportJob, settings: PersonalizeSettings): object {
  const { echoesTrailingSlash, omitsDefaults } = settings;
  const { tags, jobOutput: { s3DataDestination }, ...request } = job.request;
  const path = echoesTrailingSlash ? s3DataDestination.path : s3DataDestination.path.replace(/\/$/, '');
  return {
    ...!omitsDefaults && { ingestionMode: 'PUT' },
    ...request,
    jobOutput: { s3DataDestination: { ...s3DataDestination, path } },
    datasetExportJobArn: job.arn,
    ...progress(job, settings),
  };
}

/** The answer without the members of these names, however deep. */
function without(names: readonly string[], answer: object): object {
  return JSON.parse(JSON.stringify(answer, (name, member: unknown) => names.includes(name) ? undefined : member)) as object;
}

function describeImportJob(job: ImportJob, settings: PersonalizeSettings): object {
  const { tags, ...request } = job.request;
  return { ...!settings.omitsDefaults && { importMode: 'FULL' }, ...request, datasetImportJobArn: job.arn, ...progress(job, settings) };
}

function summary({ arn, status, created, updated, failureReason }: ExportJob): object {
  return { datasetExportJobArn: arn, status, ...times(created, updated), failureReason };
}

function progress({ status, created, updated, failureReason }: Job, { statusInProgress, omitsDefaults }: PersonalizeSettings): object {
  return {
    status: status === 'CREATE IN_PROGRESS' ? statusInProgress ?? status : status,
    ...times(created, updated),
    failureReason: omitsDefaults ? failureReason || undefined : failureReason,
  };
}

function describeDataset({ name, arn, type, created }: Dataset, { uppercasesTypes }: PersonalizeSettings): object {
  const datasetType = uppercasesTypes ? type : type.toLowerCase().replace(/(^|_)[a-z]/g, start => start.toUpperCase());
  return { name, datasetArn: arn, datasetType, status: 'ACTIVE', ...times(created) };
}

function times(created: number, updated = created): object {
  return { creationDateTime: created / 1000, lastUpdatedDateTime: updated / 1000 };
}

function page<T>(all: T[], { nextToken = '0', maxResults = 100 }: Parameters, most = Infinity): { elements: T[]; nextToken?: string } {
  const start = Number(nextToken);
  const end = start + Math.min(Number(maxResults), most);
  return { elements: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
