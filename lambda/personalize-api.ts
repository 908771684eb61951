import { CreateDatasetExportJobCommand, DescribeDatasetExportJobCommand, type PersonalizeClient } from '@aws-sdk/client-personalize';
import type { ExportRequest } from './export-request';

/** What Personalize says of a job; what it does not say is undefined. */
export interface JobDescription {
  readonly status: string;
  readonly failureReason?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly updatedAt?: Date | undefined;
  readonly datasetArn?: string | undefined;
  readonly ingestionMode?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly outputUri?: string | undefined;
  readonly kmsKeyArn?: string | undefined;
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
        failureReason: job?.failureReason,
        createdAt: job?.creationDateTime,
        updatedAt: job?.lastUpdatedDateTime,
        datasetArn: job?.datasetArn,
        ingestionMode: job?.ingestionMode,
        roleArn: job?.roleArn,
        outputUri: destination?.path,
        kmsKeyArn: destination?.kmsKeyArn,
      };
    },
  };
}
