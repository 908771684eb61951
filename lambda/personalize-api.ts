import {
  CreateDatasetExportJobCommand, DescribeDatasetExportJobCommand, type CreateDatasetExportJobRequest, type DatasetExportJob, type PersonalizeClient,
} from '@aws-sdk/client-personalize';
import type { ExportParameters, ExportRequest } from './export-request';

/** What Personalize reports about a job; what it omits is undefined. */
export interface JobDescription extends ExportParameters {
  readonly status: string;
  readonly failureReason?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly updatedAt?: Date | undefined;
  readonly outputUri?: string | undefined;
}

/** The two operations of Personalize that the lifecycle uses. */
export interface PersonalizeApi {
  createDatasetExportJob(request: ExportRequest): Promise<void>;
  describeDatasetExportJob(jobArn: string): Promise<JobDescription>;
}

/** All but the key are at the top level of both operations. A parameter that Personalize does not have is a compile error. */
type TopLevel = Exclude<keyof ExportParameters, 'kmsKeyArn'>;
type TopLevelParameters = Pick<CreateDatasetExportJobRequest, TopLevel> & Pick<DatasetExportJob, TopLevel>;

export function personalizeApi(client: PersonalizeClient): PersonalizeApi {
  return {
    async createDatasetExportJob({ jobName, outputUri: path, kmsKeyArn, tags, ...parameters }) {
      const tagList = Object.entries(tags).map(([tagKey, tagValue]) => ({ tagKey, tagValue }));
      await client.send(new CreateDatasetExportJobCommand({
        ...parameters as TopLevelParameters,
        jobName,
        jobOutput: { s3DataDestination: { path, kmsKeyArn } },
        tags: tagList.length > 0 ? tagList : undefined,
      }));
    },

    async describeDatasetExportJob(datasetExportJobArn) {
      const { datasetExportJob = {} } = await client.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn }));
      const { status = '', failureReason, creationDateTime: createdAt, lastUpdatedDateTime: updatedAt, jobOutput, ...parameters } = datasetExportJob;
      const { path: outputUri, kmsKeyArn } = jobOutput?.s3DataDestination ?? {};
      return { ...parameters, status, failureReason, createdAt, updatedAt, outputUri, kmsKeyArn };
    },
  };
}
