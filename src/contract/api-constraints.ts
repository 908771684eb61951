/**
 * The constraints of CreateDatasetExportJob, and our own limit for timeout: checked at synthesis, and in the handler for what was a token.
 *
 * Each check returns the problem in the user's prop names, or undefined.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 */

import { MAX_TIMEOUT_HOURS, MIN_TIMEOUT_SECONDS } from './limits';

export const MAX_OUTPUT_PATH_LENGTH = 256;
export const MAX_JOB_NAME_LENGTH = 63;

const MAX_DATASET_ARN_LENGTH = 256;
const MAX_ROLE_ARN_LENGTH = 256;
const MAX_KMS_KEY_ARN_LENGTH = 2048;
const MAX_TAGS = 50;
const MAX_TAG_KEY_LENGTH = 128;
const MAX_TAG_VALUE_LENGTH = 256;

const JOB_NAME = /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/;
const DATASET_ARN = /^arn:[\w-]+:personalize:[^:\s]+:\d{12}:dataset\/[^/\s]+\/[^/\s]+$/;
const DATASET_GROUP_ARN = /^arn:[\w-]+:personalize:[^:\s]+:\d{12}:dataset-group\/[^/\s]+$/;
const ROLE_ARN = /^arn:[\w-]+:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/;
const KMS_KEY_ARN = /^arn:aws\S*:kms:\S*:[0-9]{12}:key\/\S*$/;
const TAG = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
// The characters that S3 documents as safe in object keys, except those that IAM reads as a wildcard or a policy variable.
const PREFIX = /^[a-zA-Z0-9!_.'()\-=+@:,&/ ]*$/;

const BUCKET_URI = /^\w+:\/\/[^/]*\/?/;

const INGESTION_MODES = ['BULK', 'PUT', 'ALL'];
const NOT_EXPORTABLE = ['ACTIONS', 'ACTION_INTERACTIONS'];

export function jobNameProblem(jobName: string): string | undefined {
  if (jobName.length >= 1 && jobName.length <= MAX_JOB_NAME_LENGTH && JOB_NAME.test(jobName)) { return undefined; }
  return `jobName must be 1 to ${MAX_JOB_NAME_LENGTH} letters, digits, hyphens or underscores and start with a letter or digit, got ${quote(jobName)}`
    + (jobName.length > MAX_JOB_NAME_LENGTH ? ` (${jobName.length} characters)` : '');
}

export function datasetArnProblem(datasetArn: string, name = 'dataset'): string | undefined {
  return datasetArnShapeProblem(datasetArn, name) ?? datasetTypeProblem(datasetArn.slice(datasetArn.lastIndexOf('/') + 1), datasetArn, name);
}

/** Accepts a dataset of any type. */
export function datasetArnShapeProblem(datasetArn: string, name: string): string | undefined {
  if (DATASET_ARN.test(datasetArn) && datasetArn.length <= MAX_DATASET_ARN_LENGTH) { return undefined; }
  return `${name} must have the form arn:<partition>:personalize:<region>:<account>:dataset/<dataset group>/<type>, `
    + `at most ${MAX_DATASET_ARN_LENGTH} characters, got ${quote(datasetArn)}`;
}

export function datasetGroupArnProblem(datasetGroupArn: string, name: string): string | undefined {
  if (DATASET_GROUP_ARN.test(datasetGroupArn)) { return undefined; }
  return `${name} must have the form arn:<partition>:personalize:<region>:<account>:dataset-group/<name>, got ${quote(datasetGroupArn)}`;
}

/** @param datasetType as in the ARN (`ACTION_INTERACTIONS`) or as CloudFormation writes it (`Action_Interactions`) */
export function datasetTypeProblem(datasetType: string, source: string, name: string): string | undefined {
  if (!NOT_EXPORTABLE.includes(datasetType.toUpperCase())) { return undefined; }
  return `${name} must not be of type ${datasetType.toUpperCase()}, which Personalize cannot export: `
    + `pass an Interactions, Items or Users dataset, got ${quote(source)}`;
}

export function ingestionModeProblem(ingestionMode: string): string | undefined {
  if (INGESTION_MODES.includes(ingestionMode)) { return undefined; }
  return `ingestionMode must be one of ${INGESTION_MODES.join(', ')}, got ${quote(ingestionMode)}`;
}

export function roleArnProblem(roleArn: string, name = 'role'): string | undefined {
  if (roleArn.length <= MAX_ROLE_ARN_LENGTH && ROLE_ARN.test(roleArn)) { return undefined; }
  return `${name} must have an ARN like arn:aws:iam::<account>:role/<name> of at most ${MAX_ROLE_ARN_LENGTH} characters, got ${quote(roleArn)}`;
}

export function kmsKeyArnProblem(kmsKeyArn: string, name = 'encryptionKey'): string | undefined {
  if (kmsKeyArn.length <= MAX_KMS_KEY_ARN_LENGTH && KMS_KEY_ARN.test(kmsKeyArn)) { return undefined; }
  return `${name} must have the ARN of a key, like arn:aws:kms:<region>:<account>:key/<key id>: `
    + `aliases and bare key IDs are not accepted, got ${quote(kmsKeyArn)}`;
}

export function prefixProblem(prefix: string): string | undefined {
  const [bucketUri] = BUCKET_URI.exec(prefix) ?? [];
  if (bucketUri !== undefined) { return `prefix must be a prefix, not a URI: leave out ${quote(bucketUri)}, got ${quote(prefix)}`; }
  if (prefix.startsWith('/') || prefix.includes('//')) {
    return `prefix must not start with "/" or contain "//": S3 would read it as a folder without a name, got ${quote(prefix)}`;
  }
  if (!PREFIX.test(prefix)) {
    return `prefix may contain only letters, digits, spaces and !_.'()-=+@:,&/, got ${quote(prefix)}`;
  }
  return undefined;
}

/** A prefix as the custom resource has it: the construct appends a missing slash, but cannot do so to a token. */
export function folderProblem(prefix: string): string | undefined {
  return prefixProblem(prefix) ?? (prefix === '' || prefix.endsWith('/') ? undefined : `prefix must end with "/", got ${quote(prefix)}`);
}

/** @param length of the path to an export's folder, or its minimum when a part is not known yet */
export function outputPathLengthProblem(length: number, path: string): string | undefined {
  if (length <= MAX_OUTPUT_PATH_LENGTH) { return undefined; }
  return `prefix makes the output path too long: ${length} characters, but Personalize accepts at most ${MAX_OUTPUT_PATH_LENGTH}, `
    + `got ${quote(path)}: shorten prefix or jobName`;
}

export function timeoutProblem(seconds: number, text: string): string | undefined {
  if (Number.isInteger(seconds) && seconds >= MIN_TIMEOUT_SECONDS && seconds <= MAX_TIMEOUT_HOURS * 3600) { return undefined; }
  return `timeout must be between ${MIN_TIMEOUT_SECONDS / 60} minute and ${MAX_TIMEOUT_HOURS} hours, in whole seconds, got ${text}`;
}

/** @param isKnown tells values from tokens */
export function tagsProblem(tags: { readonly [key: string]: string }, isKnown: (value: string) => boolean = () => true): string | undefined {
  const entries = Object.entries(tags);
  if (entries.length > MAX_TAGS) { return `tags must have at most ${MAX_TAGS} entries, got ${entries.length}`; }
  const problems = entries.map(([key, value]) => tagKeyProblem(key) ?? (isKnown(value) ? tagValueProblem(key, value) : undefined));
  return problems.find(problem => problem !== undefined);
}

function tagKeyProblem(key: string): string | undefined {
  if (key.toLowerCase().startsWith('aws:')) {
    return `tags must not have a key that starts with "aws:", which is reserved for AWS, got ${quote(key)}`;
  }
  if (key.length >= 1 && key.length <= MAX_TAG_KEY_LENGTH && TAG.test(key)) { return undefined; }
  return `tags must have keys of 1 to ${MAX_TAG_KEY_LENGTH} letters, digits, spaces or any of _.:/=+-@, got ${quote(key)}`;
}

function tagValueProblem(key: string, value: string): string | undefined {
  if (value.length <= MAX_TAG_VALUE_LENGTH && TAG.test(value)) { return undefined; }
  return `tags must have values of at most ${MAX_TAG_VALUE_LENGTH} letters, digits, spaces or any of _.:/=+-@, got ${quote(value)} for ${quote(key)}`;
}

function quote(value: string): string {
  return JSON.stringify(value);
}
