import type { CreateRequest, DeleteRequest, OnEventRequest, UpdateRequest } from '../../lambda/events';
import { jobArn } from '../../lambda/job';
import { jobNameOf } from '../../lambda/job-name';
import type { DatasetExportJobResourceProperties } from '../../src/contract/resource-properties';

export type Properties = DatasetExportJobResourceProperties;

export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Shop/5b1c0b3e-6b7f-11ee-8c99-0242ac120002';
export const LOGICAL_ID = 'Export5A1B2C3D';
export const DATASET_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS';
export const OTHER_DATASET_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset/shop/USERS';
export const ROLE_ARN = 'arn:aws:iam::111122223333:role/Exports';
export const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555';
export const TIMEOUT_SECONDS = 1800;

/** The resource's properties as the construct writes them; undefined removes one. */
export function properties(overrides: { [name in keyof Properties]?: Properties[name] | undefined } = {}): Properties {
  const all = {
    ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:Provider',
    DatasetArn: DATASET_ARN,
    IngestionMode: 'ALL',
    JobNamePrefix: 'Shop_Export0A1B2C3D',
    RoleArn: ROLE_ARN,
    BucketName: 'exports',
    Prefix: 'personalize/',
    KmsKeyArn: KEY_ARN,
    Tags: { team: 'tag-value-of-ml' },
    TimeoutSeconds: String(TIMEOUT_SECONDS),
    ...overrides,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as unknown as Properties;
}

const request = (RequestId: string) => ({ RequestId, StackId: STACK_ID, LogicalResourceId: LOGICAL_ID });

export function createEvent(ResourceProperties = properties(), requestId = 'create-1'): CreateRequest {
  return { ...request(requestId), RequestType: 'Create', ResourceProperties };
}

export function updateEvent(
  OldResourceProperties: Properties, ResourceProperties: Properties, PhysicalResourceId = PREVIOUS_ID, requestId = 'update-1',
): UpdateRequest {
  return { ...request(requestId), RequestType: 'Update', OldResourceProperties, ResourceProperties, PhysicalResourceId };
}

export function deleteEvent(PhysicalResourceId: string, ResourceProperties = properties(), requestId = 'delete-1'): DeleteRequest {
  return { ...request(requestId), RequestType: 'Delete', ResourceProperties, PhysicalResourceId };
}

/** The job that the request makes. */
export function jobArnOf(event: OnEventRequest): string {
  return jobArn(event.ResourceProperties.DatasetArn, jobNameOf(event));
}

/** The job of an earlier deployment. */
export const PREVIOUS_ID = jobArn(DATASET_ARN, 'Shop_Export0A1B2C3D_0123456789abcdef');
