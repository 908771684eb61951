import type { IngestionMode } from './records';
import type { Tag } from './tags';

/** The parameters of CreateDatasetExportJob, after validation. */
export interface ExportJobRequest {
  readonly jobName: string;
  readonly datasetArn: string;
  readonly ingestionMode?: IngestionMode;
  readonly roleArn: string;
  readonly jobOutput: { readonly s3DataDestination: { readonly path: string; readonly kmsKeyArn?: string } };
  readonly tags?: Tag[];
}

export type ExportJobStatus = 'CREATE PENDING' | 'CREATE IN_PROGRESS' | 'ACTIVE' | 'CREATE FAILED';

export interface ExportJob {
  readonly arn: string;
  readonly request: ExportJobRequest;
  /** the ARN of whoever created it */
  readonly caller: string;
  readonly created: number;
  updated: number;
  status: ExportJobStatus;
  failureReason?: string;
  /** what AWS would keep to itself: which permission was missing */
  detail?: string;
}

export function isUnfinished({ status }: ExportJob): boolean {
  return status === 'CREATE PENDING' || status === 'CREATE IN_PROGRESS';
}
