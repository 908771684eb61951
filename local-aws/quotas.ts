import { ServiceError } from './core';

/** A limit that AWS sets. Adjustable ones have their default value. */
export interface Quota {
  readonly limits: string;
  /** the most that is accepted; of a `least`, the least */
  readonly value: number;
  readonly unit: 'bytes' | 'characters' | 'items' | 'seconds';
  readonly page: string;
  /** the code of the error, unless none is documented */
  readonly error?: string;
  readonly adjustable?: true;
  readonly least?: true;
}

const DOCS = 'https://docs.aws.amazon.com';
const IAM = `${DOCS}/IAM/latest/UserGuide/reference_iam-quotas.html`;
const LAMBDA = `${DOCS}/lambda/latest/dg/gettingstarted-limits.html`;
const CREATE_FUNCTION = `${DOCS}/lambda/latest/api/API_CreateFunction.html`;
const STATES = `${DOCS}/step-functions/latest/dg/service-quotas.html`;
const CLOUDFORMATION = `${DOCS}/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html`;
const CUSTOM_RESOURCE = `${DOCS}/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html`;
const BUCKET_NAMES = `${DOCS}/AmazonS3/latest/userguide/bucketnamingrules.html`;
const EVENTS = `${DOCS}/eventbridge/latest/userguide/eb-quota.html`;
const GLUE_TABLES = `${DOCS}/glue/latest/dg/aws-glue-api-catalog-tables.html`;
const GLUE_PARTITIONS = `${DOCS}/glue/latest/dg/aws-glue-api-catalog-partitions.html`;
const CREATE_EXPORT_JOB = `${DOCS}/personalize/latest/dg/API_CreateDatasetExportJob.html`;
const PERSONALIZE_TAG = `${DOCS}/personalize/latest/dg/API_Tag.html`;

/** Every quota that local AWS enforces. Services read them here; test/local-aws/quotas.test.ts reaches and exceeds each. */
export const QUOTAS = {
  iamRoles: { limits: 'roles of the account', value: 1_000, unit: 'items', page: IAM, error: 'LimitExceeded', adjustable: true },
  iamManagedPolicies: { limits: 'managed policies of the account', value: 1_500, unit: 'items', page: IAM, error: 'LimitExceeded', adjustable: true },
  iamManagedPoliciesOfRole: { limits: 'managed policies of a role', value: 10, unit: 'items', page: IAM, error: 'LimitExceeded', adjustable: true },
  iamInlinePolicies: { limits: 'all inline policies of a role, without white space', value: 10_240, unit: 'characters', page: IAM, error: 'LimitExceeded' },
  iamManagedPolicy: { limits: 'a managed policy, without white space', value: 6_144, unit: 'characters', page: IAM, error: 'LimitExceeded' },
  iamTrustPolicy: { limits: 'a trust policy, without white space', value: 2_048, unit: 'characters', page: IAM, error: 'LimitExceeded', adjustable: true },
  iamRoleName: { limits: 'the name of a role', value: 64, unit: 'characters', page: IAM, error: 'ValidationError' },
  iamPolicyName: { limits: 'the name of a policy', value: 128, unit: 'characters', page: IAM, error: 'ValidationError' },
  iamPath: { limits: 'the path of a role', value: 512, unit: 'characters', page: IAM, error: 'ValidationError' },
  iamDescription: {
    limits: 'the description of a role or a managed policy',
    value: 1_000,
    unit: 'characters',
    page: `${DOCS}/IAM/latest/APIReference/API_CreateRole.html`,
    error: 'ValidationError',
  },
  iamTags: { limits: 'tags of a role', value: 50, unit: 'items', page: IAM, error: 'ValidationError' },
  iamTagKey: { limits: 'the key of a tag', value: 128, unit: 'characters', page: IAM, error: 'ValidationError' },
  iamTagValue: { limits: 'the value of a tag', value: 256, unit: 'characters', page: IAM, error: 'ValidationError' },

  lambdaConcurrency: {
    limits: 'invocations at a time; new accounts have fewer', value: 1_000, unit: 'items', page: LAMBDA, error: 'TooManyRequestsException', adjustable: true,
  },
  lambdaRequest: { limits: 'the payload of a synchronous invocation', value: 6_291_456, unit: 'bytes', page: LAMBDA, error: 'RequestTooLargeException' },
  lambdaEvent: { limits: 'the payload of an asynchronous invocation', value: 1_048_576, unit: 'bytes', page: LAMBDA, error: 'RequestTooLargeException' },
  lambdaResponse: { limits: 'the response of a synchronous invocation', value: 6_291_456, unit: 'bytes', page: LAMBDA },
  lambdaEnvironment: { limits: 'all environment variables', value: 4_096, unit: 'bytes', page: LAMBDA, error: 'InvalidParameterValueException' },
  lambdaTimeout: { limits: 'the timeout of a function', value: 900, unit: 'seconds', page: LAMBDA, error: 'InvalidParameterValueException' },
  lambdaResourcePolicy: { limits: 'the resource-based policy', value: 20_480, unit: 'bytes', page: LAMBDA, error: 'PolicyLengthExceededException' },
  lambdaFunctionName: { limits: 'the name of a function', value: 64, unit: 'characters', page: CREATE_FUNCTION, error: 'InvalidParameterValueException' },
  lambdaDescription: { limits: 'a description', value: 256, unit: 'characters', page: CREATE_FUNCTION, error: 'InvalidParameterValueException' },

  statesHistory: { limits: 'events in the history of an execution', value: 25_000, unit: 'items', page: STATES },
  statesPayload: { limits: 'the input or output of a state or task', value: 262_144, unit: 'bytes', page: STATES, error: 'States.DataLimitExceeded' },
  statesInput: { limits: 'the input of an execution', value: 262_144, unit: 'bytes', page: STATES, error: 'ValidationException' },
  statesDefinition: { limits: 'the definition of a state machine', value: 1_048_576, unit: 'bytes', page: STATES, error: 'ValidationException' },
  statesName: { limits: 'the name of a state machine or an execution', value: 80, unit: 'characters', page: STATES, error: 'InvalidName' },
  statesStateName: {
    limits: 'the name of a state',
    value: 80,
    unit: 'characters',
    page: `${DOCS}/step-functions/latest/dg/statemachine-structure.html`,
    error: 'InvalidDefinition',
  },
  statesInlineIterations: {
    limits: 'iterations of an inline Map at a time; others wait', value: 40, unit: 'items', page: `${DOCS}/step-functions/latest/dg/state-map-inline.html`,
  },
  statesChildExecutions: {
    limits: 'child executions of a Map Run at a time; others wait',
    value: 10_000,
    unit: 'items',
    page: `${DOCS}/step-functions/latest/dg/state-map-distributed.html`,
  },

  stackResources: { limits: 'resources of a template', value: 500, unit: 'items', page: CLOUDFORMATION, error: 'ValidationError' },
  stackOutputs: { limits: 'outputs of a template', value: 200, unit: 'items', page: CLOUDFORMATION, error: 'ValidationError' },
  stackParameters: { limits: 'parameters of a template', value: 200, unit: 'items', page: CLOUDFORMATION, error: 'ValidationError' },
  stackMappings: { limits: 'mappings of a template', value: 200, unit: 'items', page: CLOUDFORMATION, error: 'ValidationError' },
  stackMappingAttributes: { limits: 'attributes of a mapping', value: 200, unit: 'items', page: CLOUDFORMATION, error: 'ValidationError' },
  stackTemplateInRequest: { limits: 'a template in a request', value: 51_200, unit: 'bytes', page: CLOUDFORMATION, error: 'ValidationError' },
  stackTemplateInS3: { limits: 'a template in Amazon S3', value: 1_048_576, unit: 'bytes', page: CLOUDFORMATION, error: 'ValidationError' },
  stackLogicalId: {
    limits: 'the name of a resource, output, parameter or mapping', value: 255, unit: 'characters', page: CLOUDFORMATION, error: 'ValidationError',
  },
  stackParameterValue: { limits: 'the value of a parameter', value: 4_096, unit: 'bytes', page: CLOUDFORMATION, error: 'ValidationError' },
  stackDescription: { limits: 'the description of a template', value: 1_024, unit: 'bytes', page: CLOUDFORMATION, error: 'ValidationError' },
  stackOutputDescription: {
    limits: 'the description of an output',
    value: 1_024,
    unit: 'bytes',
    page: `${DOCS}/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html`,
    error: 'ValidationError',
  },
  stackName: { limits: 'the name of a stack', value: 128, unit: 'characters', page: CLOUDFORMATION, error: 'ValidationError' },
  stackTags: {
    limits: 'tags of a stack',
    value: 50,
    unit: 'items',
    page: `${DOCS}/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html`,
    error: 'ValidationError',
  },
  customResourceResponse: { limits: 'the response of a custom resource', value: 4_096, unit: 'bytes', page: CLOUDFORMATION },
  customResourceId: { limits: 'the physical ID of a custom resource', value: 1_024, unit: 'bytes', page: CUSTOM_RESOURCE },
  customResourceTimeout: {
    limits: 'ServiceTimeout of a custom resource',
    value: 3_600,
    unit: 'seconds',
    page: `${DOCS}/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html`,
  },

  s3BucketPolicy: { limits: 'a bucket policy', value: 20_480, unit: 'bytes', page: `${DOCS}/AmazonS3/latest/userguide/bucket-policies.html` },
  s3Key: {
    limits: 'the key of an object', value: 1_024, unit: 'bytes', page: `${DOCS}/AmazonS3/latest/userguide/object-keys.html`, error: 'KeyTooLongError',
  },
  s3BucketName: { limits: 'the name of a bucket', value: 63, unit: 'characters', page: BUCKET_NAMES, error: 'InvalidBucketName' },
  s3ShortestBucketName: { limits: 'the name of a bucket', value: 3, unit: 'characters', page: BUCKET_NAMES, error: 'InvalidBucketName', least: true },

  kmsKeyPolicy: {
    limits: 'a key policy', value: 32_768, unit: 'bytes', page: `${DOCS}/kms/latest/developerguide/resource-limits.html`, error: 'LimitExceededException',
  },

  eventsEntries: {
    limits: 'entries of a PutEvents call', value: 10, unit: 'items', page: `${DOCS}/eventbridge/latest/APIReference/API_PutEvents.html`, error: 'ValidationException',
  },
  /** Less than 256 KB. AWS announced 1 MB in January 2026; the pages, and those of the China Regions, still have 256 KB. */
  eventsEntriesSize: {
    limits: 'all entries of a PutEvents call',
    value: 262_143,
    unit: 'bytes',
    page: `${DOCS}/eventbridge/latest/userguide/eb-putevents.html`,
    error: 'ValidationException',
  },
  eventsTargets: { limits: 'targets of a rule', value: 5, unit: 'items', page: EVENTS, error: 'LimitExceededException' },
  eventsRuleName: {
    limits: 'the name of a rule', value: 64, unit: 'characters', page: `${DOCS}/eventbridge/latest/APIReference/API_PutRule.html`, error: 'ValidationException',
  },
  scheduleName: {
    limits: 'the name of a schedule',
    value: 64,
    unit: 'characters',
    page: `${DOCS}/scheduler/latest/APIReference/API_CreateSchedule.html`,
    error: 'ValidationException',
  },

  ssmParameterValue: {
    limits: 'the value of a standard parameter',
    value: 4_096,
    unit: 'bytes',
    page: `${DOCS}/systems-manager/latest/userguide/parameter-store-advanced-parameters.html`,
    error: 'ValidationException',
  },
  logGroupName: {
    limits: 'the name of a log group',
    value: 512,
    unit: 'characters',
    page: `${DOCS}/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html`,
    error: 'InvalidParameterException',
  },

  glueDatabases: {
    limits: 'databases of the Data Catalog',
    value: 10_000,
    unit: 'items',
    page: `${DOCS}/general/latest/gr/glue.html`,
    error: 'ResourceNumberLimitExceededException',
    adjustable: true,
  },
  glueName: { limits: 'the name of a database, a table, a column or a parameter', value: 255, unit: 'bytes', page: GLUE_TABLES, error: 'InvalidInputException' },
  glueColumnType: { limits: 'the type of a column', value: 131_072, unit: 'bytes', page: GLUE_TABLES, error: 'InvalidInputException' },
  glueLocation: { limits: 'the location of a table or a partition', value: 2_056, unit: 'bytes', page: GLUE_TABLES, error: 'InvalidInputException' },
  glueParameterValue: { limits: 'the value of a parameter of a table', value: 512_000, unit: 'bytes', page: GLUE_TABLES, error: 'InvalidInputException' },
  glueViewText: { limits: 'the text of a view', value: 409_600, unit: 'bytes', page: GLUE_TABLES, error: 'InvalidInputException' },
  gluePartitionValue: { limits: 'a value of a partition', value: 1_024, unit: 'bytes', page: GLUE_PARTITIONS, error: 'InvalidInputException' },
  gluePage: { limits: 'partitions of a page', value: 1_000, unit: 'items', page: GLUE_PARTITIONS, error: 'InvalidInputException' },

  personalizeName: {
    limits: 'the name of a schema, a dataset group or a dataset',
    value: 63,
    unit: 'characters',
    page: `${DOCS}/personalize/latest/dg/API_CreateDataset.html`,
    error: 'ValidationException',
  },
  personalizeJobName: { limits: 'the name of a job', value: 63, unit: 'characters', page: CREATE_EXPORT_JOB, error: 'ValidationException' },
  personalizeArn: { limits: 'the ARN of a dataset, job or role', value: 256, unit: 'characters', page: CREATE_EXPORT_JOB, error: 'ValidationException' },
  personalizePath: {
    limits: 'the path of the output', value: 256, unit: 'characters', page: `${DOCS}/personalize/latest/dg/API_S3DataConfig.html`, error: 'ValidationException',
  },
  personalizeKeyArn: {
    limits: 'the ARN of a key', value: 2_048, unit: 'characters', page: `${DOCS}/personalize/latest/dg/API_S3DataConfig.html`, error: 'ValidationException',
  },
  personalizeTags: {
    limits: 'tags of a resource',
    value: 50,
    unit: 'items',
    page: `${DOCS}/personalize/latest/dg/tagging-resources.html`,
    error: 'TooManyTagsException',
  },
  personalizeTagKey: { limits: 'the key of a tag', value: 128, unit: 'characters', page: PERSONALIZE_TAG, error: 'ValidationException' },
  personalizeTagValue: { limits: 'the value of a tag', value: 256, unit: 'characters', page: PERSONALIZE_TAG, error: 'ValidationException' },
  /** None is documented for export jobs: their setting maxConcurrentJobs is null by default. */
  personalizeImportJobs: {
    limits: 'import jobs that are pending or in progress',
    value: 5,
    unit: 'items',
    page: `${DOCS}/personalize/latest/dg/limits.html`,
    error: 'LimitExceededException',
  },
  personalizeId: {
    limits: 'the ID of a user or an item',
    value: 256,
    unit: 'characters',
    page: `${DOCS}/personalize/latest/dg/items-datasets.html`,
  },
  personalizeCategory: {
    limits: 'a categorical value',
    value: 1_000,
    unit: 'characters',
    page: `${DOCS}/personalize/latest/dg/item-dataset-requirements.html`,
  },
  personalizeImportedInteractions: {
    limits: 'item interactions of a full or incremental import',
    value: 1_000,
    unit: 'items',
    page: `${DOCS}/personalize/latest/dg/limits.html`,
    least: true,
  },
  personalizePage: {
    limits: 'export jobs or datasets of a page',
    value: 100,
    unit: 'items',
    page: `${DOCS}/personalize/latest/dg/API_ListDatasetExportJobs.html`,
    error: 'ValidationException',
  },
} as const satisfies Record<string, Quota>;

export type QuotaName = keyof typeof QUOTAS;

/** Those whose error is documented. */
type WithError = { [N in QuotaName]: (typeof QUOTAS)[N] extends { error: string } ? N : never }[QuotaName];

export function quota(name: QuotaName): number {
  return QUOTAS[name].value;
}

/** How many of the quota's unit a text has. */
export function sizeOf(name: QuotaName, text: string): number {
  return QUOTAS[name].unit === 'bytes' ? Buffer.byteLength(text) : text.length;
}

export function isBeyond(name: QuotaName, amount: number): boolean {
  const { value, least }: Quota = QUOTAS[name];
  return least ? amount < value : amount > value;
}

/** Throws the quota's error if the amount is beyond it. */
export function checkQuota(name: WithError, amount: number, message: (value: number) => string, status?: number): void {
  if (isBeyond(name, amount)) { throw new ServiceError(QUOTAS[name].error, message(quota(name)), status); }
}

/** The same for a parameter of a request, in the words that most services have for it. */
export function checkLength(name: WithError, parameter: string, value: string | readonly unknown[] | undefined): void {
  const length = typeof value === 'string' ? sizeOf(name, value) : value?.length ?? 0;
  checkQuota(name, length, most => (
    `1 validation error detected: Value at '${parameter}' failed to satisfy constraint: Member must have length less than or equal to ${most}`));
}
