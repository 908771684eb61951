import { Token } from 'aws-cdk-lib';

/** What Step Functions lets a state take and give, and an execution: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const MAX_PAYLOAD_BYTES = 262_144;
/** Besides the datasets: names of fields, counts, the first failures. */
const FIXED_BYTES = 24_000;
const AVAILABLE_BYTES = MAX_PAYLOAD_BYTES - FIXED_BYTES;
/** The longest that an ARN of a dataset or dataset group gets, with quotes and comma. */
const ARN_BYTES = 150;
/** What an ARN of a dataset has more than its group's. */
const DATASET_TYPE_BYTES = 15;
/** A dataset's part of the report without the reason of a failure, everything at its longest; and its ARN, which is kept beside it. */
const REPORT_BYTES = 900 + ARN_BYTES;
/** The same of a dataset group that cannot be listed, without its ARN. */
const FAILED_GROUP_BYTES = 100;
/** Of a dataset group's types of datasets, three can be exported. */
const TYPES = 5;
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
export function groupReasonLength({ datasetArns, datasetGroupArns }: Work): number {
  const available = AVAILABLE_BYTES - sum(datasetArns.map(arnBytes)) - sum(datasetGroupArns.map(arn => 2 * arnBytes(arn)));
  return characters(available / Math.max(1, datasetGroupArns.length) - FAILED_GROUP_BYTES);
}

/** Why Step Functions does not bear the ARNs of all datasets, which go from state to state. */
export function payloadProblem({ datasetArns, datasetGroupArns }: Work): string | undefined {
  const bytes = sum(datasetArns.map(arnBytes)) + sum(datasetGroupArns.map(arn => arnBytes(arn) + TYPES * (arnBytes(arn) + DATASET_TYPE_BYTES)));
  return bytes <= AVAILABLE_BYTES ? undefined
    : `datasets and datasetGroups must be fewer, got ${datasetArns.length} and ${datasetGroupArns.length}: the ARNs of all datasets, five to a group, `
      + `may have ${AVAILABLE_BYTES} bytes in a state machine, not ${bytes}; make several workflows`;
}

/** Of an ARN that is not known yet, the longest. */
function arnBytes(arn: string): number {
  return Token.isUnresolved(arn) ? ARN_BYTES : arn.length + 3;
}

function characters(bytes: number): number {
  return Math.min(MAX_REASON_LENGTH, Math.floor(bytes / BYTES_PER_CHARACTER));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A JSONata expression for the beginning of what another one gives. */
export function shortened(text: string, maximum: number): string {
  const end = '... (shortened)';
  return `($text := ${text}; $length($text) > ${maximum} ? $substring($text, 0, ${maximum - end.length}) & "${end}" : $text)`;
}
