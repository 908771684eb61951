import { ServiceError } from '../../core';
import { invalidRequest } from '../../protocols/model';
import { quota } from '../../quotas';

interface Constraint {
  readonly pattern?: RegExp;
  /** of strings: lengths; of integers: values */
  readonly min?: number;
  readonly max?: number;
  readonly values?: string[];
  readonly integer?: boolean;
}

const ARN: Constraint = { max: quota('personalizeArn'), pattern: /^arn:([a-z\d-]+):personalize:.*:.*:.+$/ };
const TAG: Constraint = { pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u };
const JOB_NAME: Constraint = { min: 1, max: quota('personalizeJobName'), pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/ };
const ROLE: Constraint = { max: quota('personalizeArn'), pattern: /^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ };
const PATH: Constraint = { max: quota('personalizePath'), pattern: /^(s3|http|https):\/\/.+$/ };
const TAGS: Record<string, Constraint> = {
  'tags.*.tagKey': { ...TAG, min: 1, max: quota('personalizeTagKey') }, 'tags.*.tagValue': { ...TAG, max: quota('personalizeTagValue') },
};
const PAGE: Record<string, Constraint> = { nextToken: { pattern: /^\d+$/ }, maxResults: { integer: true, min: 1, max: quota('personalizePage') } };

/**
 * What AWS's model in its SDK lacks: lengths, patterns, sets of values. By operation, and by the parameters' paths; `*` stands for every element of a list.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetExportJob.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_CreateDatasetImportJob.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_Tag.html
 * @see https://docs.aws.amazon.com/personalize/latest/dg/API_ListDatasets.html
 */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  CreateDatasetExportJob: {
    'jobName': JOB_NAME,
    'datasetArn': ARN,
    'ingestionMode': { values: ['BULK', 'PUT', 'ALL'] },
    'roleArn': ROLE,
    'jobOutput.s3DataDestination.path': PATH,
    'jobOutput.s3DataDestination.kmsKeyArn': { max: quota('personalizeKeyArn'), pattern: /^arn:aws.*:kms:.*:[0-9]{12}:key\/.*$/ },
    ...TAGS,
  },
  CreateDatasetImportJob: {
    'jobName': JOB_NAME,
    'datasetArn': ARN,
    'dataSource.dataLocation': PATH,
    'roleArn': ROLE,
    'importMode': { values: ['FULL', 'INCREMENTAL'] },
    ...TAGS,
  },
  DescribeDatasetImportJob: { datasetImportJobArn: ARN },
  DescribeDatasetExportJob: { datasetExportJobArn: ARN },
  ListDatasetExportJobs: { datasetArn: ARN, ...PAGE },
  ListDatasets: { datasetGroupArn: ARN, ...PAGE },
  DescribeDataset: { datasetArn: ARN },
  DescribeDatasetGroup: { datasetGroupArn: ARN },
};

/** Throws a ValidationException that names everything wrong, as AWS does. Types and required parameters are checked already. */
export function validate(operation: string, parameters: Record<string, unknown>): void {
  const errors = Object.entries(CONSTRAINTS[operation]).flatMap(([path, constraint]) =>
    valuesAt(parameters, path.split('.')).flatMap(({ at, value }) => violations(at, value, constraint)));
  if (errors.length > 0) { throw invalidRequest(errors, 'ValidationException'); }
}

function valuesAt(container: unknown, [name, ...rest]: string[], parent = ''): { at: string; value: unknown }[] {
  if (name === undefined) { return [{ at: parent, value: container }]; }
  if (name === '*') {
    return Array.isArray(container) ? container.flatMap((element, index) => valuesAt(element, rest, `${parent}.${index + 1}.member`)) : [];
  }
  const member = container !== null && typeof container === 'object' ? (container as Record<string, unknown>)[name] : undefined;
  return valuesAt(member, rest, parent === '' ? name : `${parent}.${name}`);
}

function violations(at: string, value: unknown, { pattern, min = 0, max = Infinity, values, integer }: Constraint): string[] {
  if (value === undefined) { return []; }
  if (integer && !Number.isInteger(value)) { throw new ServiceError('SerializationException', `Value at '${at}' is not an integer`); }
  const failed = (constraint: string): string => `Value '${String(value)}' at '${at}' failed to satisfy constraint: ${constraint}`;
  const text = String(value);
  const [size, have] = integer ? [Number(value), 'have value'] : [text.length, 'have length'];
  return [
    ...size < min ? [failed(`Member must ${have} greater than or equal to ${min}`)] : [],
    ...size > max ? [failed(`Member must ${have} less than or equal to ${max}`)] : [],
    ...pattern && !pattern.test(text) ? [failed(`Member must satisfy regular expression pattern: ${pattern.source}`)] : [],
    ...values && !values.includes(text) ? [failed(`Member must satisfy enum value set: [${values.join(', ')}]`)] : [],
  ];
}
