import * as client from '@aws-sdk/client-personalize';
import type { Dataset } from './datasets';
import type { ExportJob, ExportJobRequest } from './store';
import { requestTagContext, resourceTagContext } from './tags';
import { validate } from './validation';
import { NotSupportedError, ServiceError, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';
import type { Operation } from '../../protocols/protocol';
import type { PersonalizeSettings } from '../../wire';

type Parameters = Record<string, unknown>;

const OPERATIONS: Readonly<Record<string, Operation<Parameters, object>>> = {
  CreateDatasetExportJob: async ({ parameters, request: { caller }, authorize }, { personalize }) => {
    const request = parameters as unknown as ExportJobRequest;
    const { jobName, datasetArn, roleArn, tags = [] } = request;
    const arn = personalize.exportJobArn(jobName);
    const context = requestTagContext(tags);
    await authorize(datasetArn, { context });
    await authorize(arn, { context });
    if (tags.length > 0) { await authorize(arn, { action: 'personalize:TagResource', context }); }
    await authorize(roleArn, { action: 'iam:PassRole', context: { 'iam:PassedToService': 'personalize.amazonaws.com' } });
    return { datasetExportJobArn: (await personalize.createExportJob(request, caller.arn)).arn };
  },

  DescribeDatasetExportJob: async ({ parameters, authorize }, { personalize }) => {
    const arn = String(parameters.datasetExportJobArn);
    const job = personalize.exportJob(arn);
    await authorize(arn, { context: resourceTagContext(job?.request.tags ?? []) });
    if (!job) { throw new ServiceError('ResourceNotFoundException', `The given dataset export job does not exist: ${arn}`); }
    return { datasetExportJob: describeJob(job, personalize.settings) };
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
    return { datasets: elements.map(describeDataset), nextToken };
  },

  DescribeDataset: async ({ parameters: { datasetArn }, authorize }, { personalize: { datasets } }) => {
    await authorize(String(datasetArn));
    const dataset = datasets.dataset(String(datasetArn));
    return { dataset: { ...describeDataset(dataset), datasetGroupArn: dataset.groupArn, schemaArn: dataset.schemaArn } };
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

function describeJob(job: ExportJob, { statusInProgress, echoesTrailingSlash, omitsDefaults }: PersonalizeSettings): object {
  const { tags, jobOutput: { s3DataDestination }, ...request } = job.request;
  const path = echoesTrailingSlash ? s3DataDestination.path : s3DataDestination.path.replace(/\/$/, '');
  return {
    ...!omitsDefaults && { ingestionMode: 'PUT' },
    ...request,
    jobOutput: { s3DataDestination: { ...s3DataDestination, path } },
    ...summary(job),
    ...job.status === 'CREATE IN_PROGRESS' && statusInProgress && { status: statusInProgress },
  };
}

function summary({ arn, status, created, updated, failureReason }: ExportJob): object {
  return { datasetExportJobArn: arn, status, ...times(created, updated), failureReason };
}

function describeDataset({ name, arn, type, created }: Dataset): object {
  return { name, datasetArn: arn, datasetType: type, status: 'ACTIVE', ...times(created) };
}

function times(created: number, updated = created): object {
  return { creationDateTime: created / 1000, lastUpdatedDateTime: updated / 1000 };
}

function page<T>(all: T[], { nextToken = '0', maxResults = 100 }: Parameters, most = Infinity): { elements: T[]; nextToken?: string } {
  const start = Number(nextToken);
  const end = start + Math.min(Number(maxResults), most);
  return { elements: all.slice(start, end), nextToken: end < all.length ? String(end) : undefined };
}
