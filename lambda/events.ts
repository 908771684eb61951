import type { DatasetExportJobResourceAttributes, DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** What the Provider framework hands to onEvent: CloudFormation's request. */
export interface OnEventRequest {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: DatasetExportJobResourceProperties;
  readonly OldResourceProperties?: DatasetExportJobResourceProperties;
}

/** An export to be waited for, and to be started first if it is not there. */
export interface ExportPlan {
  readonly kind: 'export';
  readonly jobName: string;
  /** milliseconds since the epoch */
  readonly startedAt: number;
  /** Personalize has confirmed the job */
  readonly created: boolean;
  /** why it has not, as far as onEvent knows */
  readonly trouble?: string;
  /** Personalize had no room for it */
  readonly noRoom?: true;
  /** on an update: it is not known yet whether this export is wanted at all */
  readonly undecided?: true;
}

/** What onEvent decided, handed on to each isComplete of the same request. */
export type Plan =
  /** Nothing to do. */
  | { readonly kind: 'delete' }
  /** The job that is there has the inputs of the properties. */
  | { readonly kind: 'keep' }
  /** The stack is rolling back: find the job that it goes back to. */
  | { readonly kind: 'restore'; readonly startedAt: number }
  | ExportPlan;

export interface OnEventResponse {
  /** On an update the id of before: CloudFormation keeps the id of a failed answer. */
  readonly PhysicalResourceId: string;
  readonly Plan: Plan;
}

export type IsCompleteRequest = OnEventRequest & OnEventResponse;

export type IsCompleteResponse =
  | { readonly IsComplete: false }
  | { readonly IsComplete: true; readonly PhysicalResourceId?: string; readonly Data?: DatasetExportJobResourceAttributes };
