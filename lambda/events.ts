import { jobNameOfArn } from './job';
import type { Contents } from './storage-api';
import { UNKNOWN } from '../src/contract/limits';
import type { DatasetExportJobResourceAttributes, DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

interface Request {
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: DatasetExportJobResourceProperties;
}

export interface CreateRequest extends Request {
  readonly RequestType: 'Create';
  readonly PhysicalResourceId?: string;
}

export interface UpdateRequest extends Request {
  readonly RequestType: 'Update';
  readonly PhysicalResourceId: string;
  readonly OldResourceProperties: DatasetExportJobResourceProperties;
}

export interface DeleteRequest extends Request {
  readonly RequestType: 'Delete';
  readonly PhysicalResourceId: string;
}

/** What the Provider framework passes to onEvent: CloudFormation's request. */
export type OnEventRequest = CreateRequest | UpdateRequest | DeleteRequest;

/** Wait for an export, and start it first if it has no job yet. */
export interface ExportPlan {
  readonly kind: 'export';
  readonly jobName: string;
  /** milliseconds since the epoch */
  readonly startedAt: number;
  /** Personalize has confirmed the job. */
  readonly created: boolean;
  /** Where the job writes, if this request has created it. */
  readonly outputUri?: string;
  /** The error of onEvent's attempt to create the job. */
  readonly creationError?: string;
  /** That error was that Personalize had no room for the job. */
  readonly noRoom?: true;
}

/** What onEvent plans for an update, passed to each isComplete of the same request. */
export type UpdatePlan =
  /** The job that is there has the inputs of the properties. */
  | { readonly kind: 'keep'; readonly outputUri: string; readonly isActive: boolean }
  /** The stack is rolling back: find the job that it goes back to. */
  | { readonly kind: 'restore'; readonly startedAt: number }
  /** It is not known yet whether the update exports. */
  | { readonly kind: 'undecided'; readonly startedAt: number }
  | ExportPlan;

export interface OnEventResponse {
  /** Of an update the previous id: CloudFormation keeps the id of a failed response. */
  readonly PhysicalResourceId: string;
  readonly Plan?: UpdatePlan;
}

export type PlannedCreate = CreateRequest & { readonly PhysicalResourceId: string; readonly Plan: ExportPlan };
export type PlannedUpdate = UpdateRequest & { readonly Plan: UpdatePlan };

/** What the Provider framework passes to isComplete: the request, with what onEvent returned. */
export type IsCompleteRequest = PlannedCreate | PlannedUpdate | DeleteRequest;

export type IsCompleteResponse =
  | { readonly IsComplete: false }
  | { readonly IsComplete: true; readonly PhysicalResourceId?: string; readonly Data?: DatasetExportJobResourceAttributes };

/** @param contents of the job's folder, if they are known */
export function completed(jobArn: string, outputUri: string, contents?: Contents): IsCompleteResponse {
  return {
    IsComplete: true,
    PhysicalResourceId: jobArn,
    Data: {
      DatasetExportJobArn: jobArn,
      DatasetExportJobName: jobNameOfArn(jobArn),
      OutputUri: outputUri,
      ObjectCount: `${contents?.objects ?? UNKNOWN}`,
      ObjectBytes: `${contents?.bytes ?? UNKNOWN}`,
    },
  };
}
