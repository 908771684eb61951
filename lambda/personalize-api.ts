import { CreateDatasetExportJobCommand, DescribeDatasetExportJobCommand, type PersonalizeClient } from '@aws-sdk/client-personalize';
import { DEFAULT_INGESTION_MODE, type ExportRequest } from './export-request';

/** What Personalize says of a job. */
export interface JobDescription {
  readonly status: string;
  readonly failureReason?: string;
  readonly createdAt?: Date;
  readonly datasetArn: string;
  readonly ingestionMode: string;
  readonly roleArn: string;
  readonly outputUri: string;
  readonly kmsKeyArn?: string;
}

/** The two operations of Personalize that the lifecycle uses. */
export interface PersonalizeApi {
  createDatasetExportJob(request: ExportRequest): Promise<void>;
  describeDatasetExportJob(jobArn: string): Promise<JobDescription>;
}

export function personalizeApi(client: PersonalizeClient): PersonalizeApi {
  return {
    async createDatasetExportJob(request) {
      const tags = Object.entries(request.tags).map(([tagKey, tagValue]) => ({ tagKey, tagValue }));
      await client.send(new CreateDatasetExportJobCommand({
        jobName: request.jobName,
        datasetArn: request.datasetArn,
        ingestionMode: request.ingestionMode as 'ALL' | 'BULK' | 'PUT' | undefined,
        roleArn: request.roleArn,
        jobOutput: { s3DataDestination: { path: request.outputUri, kmsKeyArn: request.kmsKeyArn } },
        tags: tags.length > 0 ? tags : undefined,
      }));
    },

    async describeDatasetExportJob(datasetExportJobArn) {
      const { datasetExportJob: job } = await client.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn }));
      const destination = job?.jobOutput?.s3DataDestination;
      return {
        status: job?.status ?? '',
        ...job?.failureReason !== undefined && { failureReason: job.failureReason },
        ...job?.creationDateTime !== undefined && { createdAt: job.creationDateTime },
        datasetArn: job?.datasetArn ?? '',
        ingestionMode: job?.ingestionMode ?? DEFAULT_INGESTION_MODE,
        roleArn: job?.roleArn ?? '',
        outputUri: destination?.path ?? '',
        ...destination?.kmsKeyArn !== undefined && { kmsKeyArn: destination.kmsKeyArn },
      };
    },
  };
}
