import { outputUri } from './job';
import { failure } from './messages';
import { timeoutSeconds, waits, waitSeconds } from './resource';
import { outputPathLengthProblem, tagsProblem, timeoutProblem } from '../src/contract/api-constraints';
import { EXPORT_INPUT_NAMES, EXPORT_INPUTS, type ExportParameter } from '../src/contract/export-inputs';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../src/contract/limits';
import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** What CreateDatasetExportJob is asked for. */
export interface ExportRequest extends ExportParameters {
  readonly jobName: string;
  readonly datasetArn: string;
  readonly roleArn: string;
  readonly outputUri: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The inputs that Personalize accepts and reports unchanged. */
export type ExportParameters = { readonly [parameter in ExportParameter]?: string | undefined };

/**
 * Throws on invalid values, which were tokens at synthesis.
 *
 * @param createdAt when the job is created
 */
export function exportRequest(properties: DatasetExportJobResourceProperties, jobName: string, createdAt: Date): ExportRequest {
  const { DatasetArn: datasetArn, RoleArn: roleArn, Tags: tags = {} } = properties;
  const parameters: { [parameter in ExportParameter]?: string | undefined } = {};
  for (const name of EXPORT_INPUT_NAMES) {
    const value = name === 'JobName' ? jobName : properties[name];
    const { parameter, problemOf } = EXPORT_INPUTS[name];
    rejectIf(value === undefined ? undefined : problemOf?.(value));
    if (parameter !== undefined) { parameters[parameter] = value; }
  }
  const request = { ...parameters, datasetArn, roleArn, jobName, outputUri: outputUri(properties, jobName, createdAt), tags };
  rejectIf(outputPathLengthProblem(request.outputUri.length, request.outputUri));
  rejectIf(timeoutProblem(timeoutSeconds(properties), `${properties.TimeoutSeconds} seconds`) ?? unknownTimeoutProblem(properties));
  rejectIf(tagsProblem(tags));
  return request;
}

function rejectIf(problem: string | undefined): void {
  if (problem !== undefined) { throw failure(problem); }
}

/** How many resources wait for an export is decided at synthesis. */
function unknownTimeoutProblem(properties: DatasetExportJobResourceProperties): string | undefined {
  if (!waits(properties) || waitSeconds(properties) <= MAX_CUSTOM_RESOURCE_SECONDS) { return undefined; }
  return `timeout must be at most ${MAX_CUSTOM_RESOURCE_SECONDS / 60} minutes when it is a token, got ${properties.TimeoutSeconds} seconds`;
}
