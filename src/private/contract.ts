/**
 * What the construct (src/) and the handler (lambda/) agree on. Types only: nothing of src/ but this file and the API's
 * constraints reaches the handler.
 */

/** The properties of the custom resource, as CloudFormation delivers them: every scalar is a string. */
export interface DatasetExportJobResourceProperties {
  readonly ServiceToken: string;
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
  /** The handle of the WaitCondition that holds the deployment for a long export: a presigned URL, a secret. */
  readonly WaitHandleUrl?: string;
  /** The state machine that watches long exports. */
  readonly PollerArn?: string;
}

/** The attributes of the custom resource: always all of them, CloudFormation fails on a missing one. */
export interface DatasetExportJobResourceAttributes {
  readonly DatasetExportJobArn: string;
  readonly DatasetExportJobName: string;
  readonly OutputUri: string;
}
