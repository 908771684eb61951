/**
 * What the construct (src/) and the handler (lambda/) agree on. Types only: nothing of src/ but this file, the API's constraints and
 * the shape of generated job names reaches the handler.
 */

/** The properties of the custom resources, as CloudFormation delivers them: every scalar is a string. */
export interface DatasetExportJobResourceProperties {
  readonly ServiceToken: string;
  /**
   * Another one with each change of what the handler does on an update: every resource that an earlier version left behind is looked
   * at once.
   */
  readonly ContractVersion?: string;
  readonly DatasetArn: string;
  readonly IngestionMode?: string;
  /** The user's name for the job; without it the name is `JobNamePrefix` and a hash of the request. */
  readonly JobName?: string;
  readonly JobNamePrefix?: string;
  readonly RoleArn: string;
  readonly BucketName: string;
  /** Empty, or ends with `/`. */
  readonly Prefix?: string;
  readonly KmsKeyArn?: string;
  readonly Tags?: { readonly [key: string]: string };
  /** A change of it starts a new export. */
  readonly TriggerToken?: string;
  /** Left out: as long as CloudFormation waits for a custom resource, less a margin. */
  readonly TimeoutSeconds?: string;
  /** `false`: the custom resource is done when the job is created. */
  readonly WaitForCompletion?: string;
  /** `true`: when CloudFormation will not wait any longer for this resource, the next one of the job goes on. */
  readonly HandsOver?: string;
  /** The ARN of the job that the resource before this one has left running: this one goes on waiting for it. */
  readonly ContinuesJobArn?: string;
  /** How much of the timeout was over when the resource before this one handed over. */
  readonly WaitedSeconds?: string;
}

/** The attributes of the custom resource: always all of them, CloudFormation fails on a missing one. */
export interface DatasetExportJobResourceAttributes {
  readonly DatasetExportJobArn: string;
  readonly DatasetExportJobName: string;
  readonly OutputUri: string;
}
