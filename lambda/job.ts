import { exportFolder } from '../src/contract/export-folder';
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

/** Where a job writes that is created now, or was at some time. If nobody knows when, the path is that of no folder. */
export function outputUri({ BucketName, Prefix = '', DatasetArn }: DatasetExportJobResourceProperties, jobName: string, createdAt: Date | undefined): string {
  const [, datasetGroup = '', datasetType = ''] = DatasetArn.split('/');
  return `s3://${BucketName}/${Prefix}${exportFolder({ datasetGroup, datasetType, date: createdAt?.toISOString().slice(0, 10) ?? 'unknown', jobName })}`;
}

/** Where a job writes, as Personalize reports it. If it does not, the path follows from when the job was created. */
export function outputUriOf(
  { outputUri: reported, createdAt }: { readonly outputUri?: string | undefined; readonly createdAt?: Date | undefined },
  properties: DatasetExportJobResourceProperties, jobName: string,
): string {
  return reported === undefined ? outputUri(properties, jobName, createdAt) : folder(reported);
}

/** A folder, whether or not its path ends with `/`. */
function folder(uri: string): string {
  return uri.endsWith('/') ? uri : `${uri}/`;
}
