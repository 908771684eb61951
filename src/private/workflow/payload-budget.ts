import { Stack } from 'aws-cdk-lib';
import { LONGEST_DATASET_ARN, textLength } from '../lengths';

/**
 * The quota for the input and output of states and executions.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const MAX_PAYLOAD_BYTES = 262_144;
/** For the rest of a report: field names, counts, the first failures. */
const FIXED_BYTES = 24_000;
const AVAILABLE_BYTES = MAX_PAYLOAD_BYTES - FIXED_BYTES;
/** The rest of the Map's input: ARNs of the execution and the Map Run, times, counts. */
const AVAILABLE_BYTES_FOR_ARNS = MAX_PAYLOAD_BYTES - 6_000;
/** By how much the ARN of a dataset is longer than that of its group: `INTERACTIONS` is the longest type. */
const DATASET_TYPE_BYTES = '/INTERACTIONS'.length - '-group'.length;
/** The longest report on a dataset without the failure reason, and its ARN, which is kept beside the report. */
const REPORT_BYTES = 1_050;
/** The same for a dataset group that cannot be listed, without its ARN. */
const FAILED_GROUP_BYTES = 100;
/** A dataset group has at most one dataset of each type. In capitals: how Personalize spells them in its answers is not documented. */
export const EXPORTABLE_TYPES = ['INTERACTIONS', 'ITEMS', 'USERS'];

const BYTES_PER_CHARACTER = 4;
/** This much of a failure reason always fits into an event. */
export const MAX_REASON_LENGTH = 5_000;
/** Shorter reasons say too little. */
const MIN_REASON_LENGTH = 100;
/** For each of five reasons in the cause of a failed run, which has at most 32,768 characters. */
export const CAUSE_REASON_LENGTH = 500;

/** What one run exports. */
export interface Work {
  readonly datasetArns: string[];
  readonly datasetGroupArns: string[];
}

/** The most datasets that there may be. */
export function datasetsOf({ datasetArns, datasetGroupArns }: Work): number {
  return datasetArns.length + EXPORTABLE_TYPES.length * datasetGroupArns.length;
}

/** The most datasets for which the report of an inline Map has room. */
export const MAX_INLINE_DATASETS = Math.floor(AVAILABLE_BYTES / (REPORT_BYTES + MIN_REASON_LENGTH * BYTES_PER_CHARACTER));

/** How many characters of each failure reason fit into the report of an inline Map if all exports fail. */
export function inlineReasonLength(work: Work): number {
  return characters(AVAILABLE_BYTES / datasetsOf(work) - REPORT_BYTES);
}

/** How many characters of each failure reason fit if no dataset group can be listed. */
export function groupReasonLength(stack: Stack, { datasetArns, datasetGroupArns }: Work): number {
  const available = AVAILABLE_BYTES - arnBytes(stack, datasetArns) - arnBytes(stack, datasetGroupArns);
  return characters(available / Math.max(1, datasetGroupArns.length) - FAILED_GROUP_BYTES);
}

/** Checks that the ARNs of all datasets fit into the input of a state. */
export function payloadProblem(stack: Stack, { datasetArns, datasetGroupArns }: Work): string | undefined {
  const groupBytes = arnBytes(stack, datasetGroupArns) + DATASET_TYPE_BYTES * datasetGroupArns.length;
  const bytes = arnBytes(stack, datasetArns) + EXPORTABLE_TYPES.length * groupBytes;
  return bytes <= AVAILABLE_BYTES_FOR_ARNS ? undefined
    : `datasets and datasetGroups must be fewer, got ${datasetArns.length} and ${datasetGroupArns.length}: the ARNs of all datasets `
      + `(three for each dataset group) take ${bytes} bytes, but a state machine has room for ${AVAILABLE_BYTES_FOR_ARNS}. Split them among several workflows`;
}

/** In a list. Tokens count with the most that they can have. */
function arnBytes(stack: Stack, arns: string[]): number {
  return arns.reduce((total, arn) => total + Math.min(textLength(stack, arn, LONGEST_DATASET_ARN), LONGEST_DATASET_ARN) + '"",'.length, 0);
}

function characters(bytes: number): number {
  return Math.min(MAX_REASON_LENGTH, Math.floor(bytes / BYTES_PER_CHARACTER));
}
