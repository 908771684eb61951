import type { IsCompleteResponse, OnEventRequest } from './events';
import { jobArn, jobNameOfArn, outputUri, type ExportRequest } from './export-request';
import { jobNameOf } from './job-name';
import type { FailureContext } from './messages';

/** Whether the resource goes on waiting for the job of the one before it. */
export function continues({ ResourceProperties }: OnEventRequest): boolean {
  return ResourceProperties.ContinuesJobArn !== undefined;
}

/** Whether another resource goes on waiting when this one's time is over. */
export function handsOver({ ResourceProperties }: OnEventRequest): boolean {
  return ResourceProperties.HandsOver === 'true';
}

/** Whether the deployment waits for the job. */
export function waits({ ResourceProperties }: OnEventRequest): boolean {
  return ResourceProperties.WaitForCompletion !== 'false';
}

/** The name of the first job that a request is about: a resource that goes on waiting has it from the one before. */
export function firstJobName(event: OnEventRequest): string {
  const { ContinuesJobArn } = event.ResourceProperties;
  return ContinuesJobArn === undefined ? jobNameOf(event) : jobNameOfArn(ContinuesJobArn);
}

export function arnOf(event: OnEventRequest, jobName: string): string {
  return jobArn(event.ResourceProperties.DatasetArn, jobName);
}

/** @param uri where the job writes, if that is not where the properties say */
export function completed(event: OnEventRequest, arn: string, uri?: string): IsCompleteResponse {
  const DatasetExportJobName = jobNameOfArn(arn);
  return {
    IsComplete: true,
    PhysicalResourceId: arn,
    Data: { DatasetExportJobArn: arn, DatasetExportJobName, OutputUri: uri ?? outputUri(event.ResourceProperties, DatasetExportJobName) },
  };
}

export function failureContext(event: OnEventRequest, request: ExportRequest, logGroup: string): FailureContext {
  return {
    request,
    jobArn: jobArn(request.datasetArn, request.jobName),
    generatedName: event.ResourceProperties.JobName === undefined,
    logGroup,
    isNew: event.RequestType === 'Create',
  };
}
