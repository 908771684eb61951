import type { DatasetExportJobResourceProperties } from '../src/contract/resource-properties';

/** Job ARNs follow from the name, so that a job has its ARN as physical id even before it exists. */
export function jobArn(datasetArn: string, jobName: string): string {
  return `${datasetArn.slice(0, datasetArn.indexOf(':dataset/'))}:dataset-export-job/${jobName}`;
}

export function jobNameOfArn(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Not an id that the Provider framework or CloudFormation made up because there was no response. */
export function isJobArn(physicalId: string): boolean {
  return physicalId.includes(':dataset-export-job/');
}

export function outputUri({ BucketName, Prefix = '' }: DatasetExportJobResourceProperties, jobName: string): string {
  return `s3://${BucketName}/${Prefix}${jobName}/`;
}
