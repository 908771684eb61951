import type { ExportInputName } from './export-inputs';

type ExportInputProperties = { readonly [name in ExportInputName]?: string };

/** The properties of the custom resources, as CloudFormation delivers them: every scalar is a string. New ones are optional: deployed stacks lack them. */
export interface DatasetExportJobResourceProperties extends ExportInputProperties {
  readonly ServiceToken: string;
  /** Changes with what the handler does on an update, so that the handler looks once at what an earlier version left behind. */
  readonly ContractVersion?: string;
  readonly DatasetArn: string;
  readonly RoleArn: string;
  readonly BucketName: string;
  /** Without a JobName, the job's name is this and a hash of the request. */
  readonly JobNamePrefix?: string;
  /** A change of tags alone starts no export. */
  readonly Tags?: { readonly [key: string]: string };
  /** How long the deployment waits for the job. Default: as long as CloudFormation waits for a custom resource, less a margin. */
  readonly TimeoutSeconds?: string;
  /** `false`: the custom resource is complete as soon as Personalize has created the job. */
  readonly WaitForCompletion?: string;
  /** `true`: an export without objects fails. */
  readonly FailOnEmptyExport?: string;
  /** `true`: when CloudFormation stops waiting for this resource, the job's next one continues to wait. */
  readonly HandsOver?: string;
  /** The ARN of the job that the previous resource left running, which this one continues to wait for. */
  readonly ContinuesJobArn?: string;
  /** How much of the timeout had passed when the previous resource handed over. */
  readonly WaitedSeconds?: string;
}

/** The attributes of the custom resource. All of them, always: CloudFormation fails on a missing one. */
export interface DatasetExportJobResourceAttributes {
  readonly DatasetExportJobArn: string;
  readonly DatasetExportJobName: string;
  readonly OutputUri: string;
  /** The number of objects in the folder of the job, or `unknown`. */
  readonly ObjectCount: string;
  /** Their size in bytes, or `unknown`. */
  readonly ObjectBytes: string;
}
