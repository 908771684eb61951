import type { DatasetExportJobResourceAttributes, DatasetExportJobResourceProperties } from '../src/private/contract';

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

/** What onEvent decided, handed on to each isComplete of the same request. */
export type Decision =
  /** There is no export to wait for: the physical id and its job stay as they are. */
  | { readonly kind: 'keep'; readonly reason: 'nothing changed' | 'rollback' | 'delete' }
  /** An export is to be waited for, and to be started first if that did not work yet. */
  | {
    readonly kind: 'export';
    readonly jobName: string;
    /** milliseconds since the epoch */
    readonly startedAt: number;
    /** Personalize has confirmed that this request created the job */
    readonly created: boolean;
    /** why it has not, as far as onEvent knows */
    readonly trouble?: string;
    /** on an update: CloudFormation could not be asked whether the stack rolls back */
    readonly undecided?: boolean;
    /** on an update: the physical id until now, for the case that the update turns out to be a rollback */
    readonly previousPhysicalId?: string;
  };

export interface OnEventResponse {
  readonly PhysicalResourceId: string;
  readonly Decision: Decision;
}

export type IsCompleteRequest = OnEventRequest & OnEventResponse & {
  /** set by the state machine for long exports */
  readonly Polled?: true;
};

export type IsCompleteResponse =
  | { readonly IsComplete: false }
  | { readonly IsComplete: true; readonly PhysicalResourceId?: string; readonly Data?: DatasetExportJobResourceAttributes };
