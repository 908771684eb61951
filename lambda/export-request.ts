import { createHash } from 'node:crypto';
import type { OnEventRequest } from './events';
import { failure } from './messages';
import {
  datasetArnProblem, ingestionModeProblem, jobNameProblem, kmsKeyArnProblem, outputPathLengthProblem, prefixProblem, roleArnProblem, tagKeyProblem,
  tagsCountProblem, tagValueProblem, timeoutProblem, MAX_CUSTOM_RESOURCE_SECONDS, MAX_TIMEOUT_SECONDS,
} from '../src/private/api-constraints';
import type { DatasetExportJobResourceProperties } from '../src/private/contract';
import { REQUEST_HASH_LENGTH } from '../src/private/request-hash';

/** The parameters of CreateDatasetExportJob. */
export interface ExportRequest {
  readonly jobName: string;
  readonly datasetArn: string;
  readonly ingestionMode?: string;
  readonly roleArn: string;
  readonly outputUri: string;
  readonly kmsKeyArn?: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Personalize's own default. */
export const DEFAULT_INGESTION_MODE = 'PUT';

/** The properties that decide what is exported: another value means another export. */
const INPUTS = {
  DatasetArn: 'dataset',
  IngestionMode: 'ingestionMode',
  JobName: 'jobName',
  RoleArn: 'role',
  BucketName: 'bucket',
  Prefix: 'prefix',
  KmsKeyArn: 'encryptionKey',
  TriggerToken: 'trigger',
} as const satisfies Partial<Record<keyof DatasetExportJobResourceProperties, string>>;

const DEFAULTS: Partial<DatasetExportJobResourceProperties> = { IngestionMode: DEFAULT_INGESTION_MODE, Prefix: '' };

/** The user's names of the inputs that differ between two versions of the properties. */
export function changedInputs(before: DatasetExportJobResourceProperties, after: DatasetExportJobResourceProperties): string[] {
  return (Object.keys(INPUTS) as (keyof typeof INPUTS)[])
    .filter(name => (before[name] ?? DEFAULTS[name]) !== (after[name] ?? DEFAULTS[name]))
    .map(name => INPUTS[name]);
}

/** The job's name: the user's, or one that is the same for each delivery of the same request and for no other request. */
export function jobNameOf(event: OnEventRequest): string {
  const { JobName, JobNamePrefix } = event.ResourceProperties;
  if (JobName !== undefined) { return JobName; }
  const hash = createHash('sha256').update([event.RequestId, event.StackId, event.LogicalResourceId].join('|')).digest('hex');
  return `${JobNamePrefix}_${hash.slice(0, REQUEST_HASH_LENGTH)}`;
}

/** The parameters for Personalize; throws on values that were tokens at synth and turn out to be invalid. */
export function exportRequest(properties: DatasetExportJobResourceProperties, jobName: string): ExportRequest {
  const request: ExportRequest = {
    jobName,
    datasetArn: properties.DatasetArn,
    ...properties.IngestionMode !== undefined && { ingestionMode: properties.IngestionMode },
    roleArn: properties.RoleArn,
    outputUri: outputUri(properties, jobName),
    ...properties.KmsKeyArn !== undefined && { kmsKeyArn: properties.KmsKeyArn },
    tags: properties.Tags ?? {},
  };
  const problem = problemOf(request, properties);
  if (problem !== undefined) {
    throw failure(problem);
  }
  return request;
}

export function outputUri(properties: DatasetExportJobResourceProperties, jobName: string): string {
  return `s3://${properties.BucketName}/${properties.Prefix ?? ''}${jobName}/`;
}

/** So that the poller always ends the wait before CloudFormation does, whatever its last pause. */
const WAIT_MARGIN_SECONDS = 5 * 60;

/** @param polled whether the state machine for long exports waits, not the custom resource itself */
export function timeoutSeconds(properties: DatasetExportJobResourceProperties, polled: boolean): number {
  return Math.min(timeoutOf(properties), polled ? MAX_TIMEOUT_SECONDS - WAIT_MARGIN_SECONDS : MAX_CUSTOM_RESOURCE_SECONDS);
}

/** Job ARNs follow from the name, so that a job has its ARN as physical id even before it exists. */
export function jobArn(datasetArn: string, jobName: string): string {
  return `${datasetArn.slice(0, datasetArn.indexOf(':dataset/'))}:dataset-export-job/${jobName}`;
}

export function jobNameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

function problemOf(request: ExportRequest, properties: DatasetExportJobResourceProperties): string | undefined {
  const { Prefix: prefix = '' } = properties;
  return jobNameProblem(request.jobName)
    ?? datasetArnProblem(request.datasetArn)
    ?? (request.ingestionMode === undefined ? undefined : ingestionModeProblem(request.ingestionMode))
    ?? roleArnProblem(request.roleArn)
    ?? (request.kmsKeyArn === undefined ? undefined : kmsKeyArnProblem(request.kmsKeyArn))
    ?? prefixProblem(prefix)
    ?? (prefix === '' || prefix.endsWith('/') ? undefined : `prefix must end with "/", got ${JSON.stringify(prefix)}`)
    ?? outputPathLengthProblem(request.outputUri.length, request.outputUri)
    ?? timeoutProblem(timeoutOf(properties), `${properties.TimeoutSeconds} seconds`)
    ?? unknownTimeoutProblem(properties)
    ?? tagsProblem(request.tags);
}

/** Whether an export is a long one is decided at synth. */
function unknownTimeoutProblem(properties: DatasetExportJobResourceProperties): string | undefined {
  const { WaitHandleUrl, WaitForCompletion } = properties;
  if (timeoutOf(properties) <= MAX_CUSTOM_RESOURCE_SECONDS || WaitHandleUrl !== undefined || WaitForCompletion === 'false') { return undefined; }
  return `timeout must be at most ${MAX_CUSTOM_RESOURCE_SECONDS / 60} minutes when it is not known at synth, got ${properties.TimeoutSeconds} seconds`;
}

function timeoutOf({ TimeoutSeconds = `${MAX_CUSTOM_RESOURCE_SECONDS}` }: DatasetExportJobResourceProperties): number {
  return Number(TimeoutSeconds);
}

function tagsProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  return tagsCountProblem(entries.length)
    ?? entries.map(([key, value]) => tagKeyProblem(key) ?? tagValueProblem(key, value)).find(problem => problem !== undefined);
}
