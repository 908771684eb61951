import { Stack } from 'aws-cdk-lib';
import { policyLength } from './policy-size';

/** What Step Functions lets a state take and give, and an execution: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_PAYLOAD_BYTES = 262_144;
/** Besides the datasets in a report: names of fields, counts, the first failures. */
const FIXED_BYTES = 24_000;
const AVAILABLE_BYTES = MAX_PAYLOAD_BYTES - FIXED_BYTES;
/** Besides the ARNs of datasets on their way to a Map: ARNs of the execution and the Map Run, times, counts. */
const AVAILABLE_BYTES_FOR_ARNS = MAX_PAYLOAD_BYTES - 6_000;
/** The longest that an ARN of a dataset or dataset group gets. */
const MAX_ARN_LENGTH = 'arn:aws-us-gov:personalize:us-gov-west-1:111122223333:dataset/'.length + 63 + '/INTERACTIONS'.length;
/** What an ARN of a dataset has more than its group's: `INTERACTIONS` is the longest type. */
const DATASET_TYPE_BYTES = 7;
/** A dataset's part of the report without the reason of a failure, everything at its longest; and its ARN, which is kept beside it. */
const REPORT_BYTES = 1_050;
/** The same of a dataset group that cannot be listed, without its ARN. */
const FAILED_GROUP_BYTES = 100;
/** Of a dataset group's five types of datasets, these can be exported. */
export const EXPORTABLE_TYPES = 3;

const BYTES_PER_CHARACTER = 4;
/** An event and the cause of a failure hold one reason: so many characters for certain. */
export const MAX_REASON_LENGTH = 5_000;
/** Less says too little. */
const MIN_REASON_LENGTH = 100;
/** Of the reasons in the cause of a run's failure, which has 32,768 characters at most and five of them. */
export const CAUSE_REASON_LENGTH = 500;

/** What one run exports. */
export interface Work {
  readonly datasetArns: string[];
  readonly datasetGroupArns: string[];
}

/** How many datasets that may be, if each group has all that it can have. */
export function datasetsOf({ datasetArns, datasetGroupArns }: Work): number {
  return datasetArns.length + EXPORTABLE_TYPES * datasetGroupArns.length;
}

/** How many datasets the report of an inline Map has room for. */
export const MAX_INLINE_DATASETS = Math.floor(AVAILABLE_BYTES / (REPORT_BYTES + MIN_REASON_LENGTH * BYTES_PER_CHARACTER));

/** How many characters of each reason there is room for in the report of an inline Map, however many exports fail. */
export function inlineReasonLength(work: Work): number {
  return characters(AVAILABLE_BYTES / datasetsOf(work) - REPORT_BYTES);
}

/** How many characters of each reason there is room for, however many dataset groups cannot be listed. */
export function groupReasonLength(stack: Stack, { datasetArns, datasetGroupArns }: Work): number {
  const available = AVAILABLE_BYTES - arnBytes(stack, datasetArns) - arnBytes(stack, datasetGroupArns);
  return characters(available / Math.max(1, datasetGroupArns.length) - FAILED_GROUP_BYTES);
}

/** Why Step Functions does not bear the ARNs of all datasets, which go from state to state. */
export function payloadProblem(stack: Stack, { datasetArns, datasetGroupArns }: Work): string | undefined {
  const bytes = arnBytes(stack, datasetArns) + EXPORTABLE_TYPES * (arnBytes(stack, datasetGroupArns) + DATASET_TYPE_BYTES * datasetGroupArns.length);
  return bytes <= AVAILABLE_BYTES_FOR_ARNS ? undefined
    : `datasets and datasetGroups must be fewer, got ${datasetArns.length} and ${datasetGroupArns.length}: the ARNs of all datasets, three to a group, `
      + `may have ${AVAILABLE_BYTES_FOR_ARNS} bytes in a state machine, not ${bytes}; make several workflows`;
}

/** In a list; of what is not known yet, as much as it can be at most. */
function arnBytes(stack: Stack, arns: string[]): number {
  return arns.map(arn => Math.min(policyLength(stack, arn, MAX_ARN_LENGTH), MAX_ARN_LENGTH + '""'.length) + ','.length).reduce((total, bytes) => total + bytes, 0);
}

function characters(bytes: number): number {
  return Math.min(MAX_REASON_LENGTH, Math.floor(bytes / BYTES_PER_CHARACTER));
}

/** A JSONata expression for the beginning of what another one gives. */
export function shortened(text: string, maximum: number): string {
  const end = '... (shortened)';
  return `($text := ${text}; $length($text) > ${maximum} ? $substring($text, 0, ${maximum - end.length}) & "${end}" : $text)`;
}
