import { failure } from './messages';
import {
  datasetArnProblem, ingestionModeProblem, jobNameProblem, kmsKeyArnProblem, outputPathLengthProblem, prefixProblem, roleArnProblem, tagKeyProblem,
  tagsCountProblem, tagValueProblem, timeoutProblem,
} from '../src/contract/api-constraints';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../src/contract/limits';
import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

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

/** The parameters for Personalize; throws on values that were tokens at synth and turn out to be invalid. */
export function exportRequest(properties: DatasetExportJobResourceProperties, jobName: string): ExportRequest {
  const request = uncheckedExportRequest(properties, jobName);
  const problem = problemOf(request, properties);
  if (problem !== undefined) {
    throw failure(problem);
  }
  return request;
}

/** The same of values that were valid once: constraints may have changed since. */
export function uncheckedExportRequest(properties: DatasetExportJobResourceProperties, jobName: string): ExportRequest {
  return {
    jobName,
    datasetArn: properties.DatasetArn,
    ...properties.IngestionMode !== undefined && { ingestionMode: properties.IngestionMode },
    roleArn: properties.RoleArn,
    outputUri: outputUri(properties, jobName),
    ...properties.KmsKeyArn !== undefined && { kmsKeyArn: properties.KmsKeyArn },
    tags: properties.Tags ?? {},
  };
}

export function outputUri(properties: DatasetExportJobResourceProperties, jobName: string): string {
  return `s3://${properties.BucketName}/${properties.Prefix ?? ''}${jobName}/`;
}

/**
 * How long this resource waits, in seconds: the whole timeout, or its share of it when others go on after or went before it.
 *
 * @param before for how long others have waited
 */
export function waitSeconds(properties: DatasetExportJobResourceProperties, before = waitedSeconds(properties)): number {
  const left = timeoutSeconds(properties) - before;
  if (properties.HandsOver === 'true') { return MAX_CUSTOM_RESOURCE_SECONDS; }
  // by itself, it has been told at synth not to wait longer than CloudFormation does
  return properties.WaitedSeconds === undefined ? left : Math.min(left, MAX_CUSTOM_RESOURCE_SECONDS);
}

export function timeoutSeconds({ TimeoutSeconds = `${MAX_CUSTOM_RESOURCE_SECONDS}` }: DatasetExportJobResourceProperties): number {
  return Number(TimeoutSeconds);
}

/** How much of the timeout was over when this resource's turn came. */
export function waitedSeconds({ WaitedSeconds = '0' }: DatasetExportJobResourceProperties): number {
  return Number(WaitedSeconds);
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
    ?? timeoutProblem(timeoutSeconds(properties), `${properties.TimeoutSeconds} seconds`)
    ?? unknownTimeoutProblem(properties)
    ?? tagsProblem(request.tags);
}

/** How many resources wait for an export is decided at synth. */
function unknownTimeoutProblem(properties: DatasetExportJobResourceProperties): string | undefined {
  if (properties.WaitForCompletion === 'false' || waitSeconds(properties) <= MAX_CUSTOM_RESOURCE_SECONDS) { return undefined; }
  return `timeout must be at most ${MAX_CUSTOM_RESOURCE_SECONDS / 60} minutes when it is not known at synth, got ${properties.TimeoutSeconds} seconds`;
}

function tagsProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(tags);
  return tagsCountProblem(entries.length)
    ?? entries.map(([key, value]) => tagKeyProblem(key) ?? tagValueProblem(key, value)).find(problem => problem !== undefined);
}
