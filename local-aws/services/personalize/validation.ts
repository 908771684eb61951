import { NotSupportedError, ServiceError } from '../../core';

interface Constraint {
  readonly required?: boolean;
  readonly pattern?: RegExp;
  /** of strings: lengths; of integers: values */
  readonly min?: number;
  readonly max?: number;
  readonly values?: string[];
  readonly integer?: boolean;
}

const ARN: Constraint = { max: 256, pattern: /^arn:([a-z\d-]+):personalize:.*:.*:.+$/ };
const REQUIRED_ARN: Constraint = { ...ARN, required: true };
const TAG: Constraint = { required: true, pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u };
const PAGE: Record<string, Constraint> = { nextToken: { pattern: /^\d+$/ }, maxResults: { integer: true, min: 1, max: 100 } };

/** The service model's constraints on the parameters of each operation, by their paths; `*` stands for every element of a list. */
const CONSTRAINTS: Readonly<Record<string, Readonly<Record<string, Constraint>>>> = {
  CreateDatasetExportJob: {
    'jobName': { required: true, min: 1, max: 63, pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/ },
    'datasetArn': REQUIRED_ARN,
    'ingestionMode': { values: ['BULK', 'PUT', 'ALL'] },
    'roleArn': { required: true, max: 256, pattern: /^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ },
    'jobOutput.s3DataDestination.path': { required: true, max: 256, pattern: /^(s3|http|https):\/\/.+$/ },
    'jobOutput.s3DataDestination.kmsKeyArn': { max: 2048, pattern: /^arn:aws.*:kms:.*:[0-9]{12}:key\/.*$/ },
    'tags.*.tagKey': { ...TAG, min: 1, max: 128 },
    'tags.*.tagValue': { ...TAG, max: 256 },
  },
  DescribeDatasetExportJob: { datasetExportJobArn: REQUIRED_ARN },
  ListDatasetExportJobs: { datasetArn: ARN, ...PAGE },
  ListDatasets: { datasetGroupArn: REQUIRED_ARN, ...PAGE },
  DescribeDataset: { datasetArn: REQUIRED_ARN },
  DescribeDatasetGroup: { datasetGroupArn: REQUIRED_ARN },
};

/** Throws a ValidationException that names everything wrong, as AWS does. Parameters without a constraint are refused. */
export function validate(operation: string, parameters: Record<string, unknown>): void {
  const constraints = CONSTRAINTS[operation];
  const unknown = unknownMember(parameters, Object.keys(constraints));
  if (unknown) { throw new NotSupportedError(`${unknown} of personalize ${operation}`); }
  const errors = Object.entries(constraints).flatMap(([path, constraint]) =>
    valuesAt(parameters, path.split('.')).flatMap(({ at, value }) => violations(at, value, constraint)));
  if (errors.length > 0) {
    throw new ServiceError('ValidationException', `${errors.length} validation error${errors.length > 1 ? 's' : ''} detected: ${errors.join('; ')}`);
  }
}

function unknownMember(value: unknown, paths: string[], parent = ''): string | undefined {
  if (value === null || typeof value !== 'object') { return undefined; }
  for (const [name, member] of Object.entries(value)) {
    const path = `${parent}${Array.isArray(value) ? '*' : name}`;
    if (!paths.some(known => known === path || known.startsWith(`${path}.`))) { return path; }
    const unknown = unknownMember(member, paths, `${path}.`);
    if (unknown) { return unknown; }
  }
  return undefined;
}

function valuesAt(container: unknown, [name, ...rest]: string[], parent = ''): { at: string; value: unknown }[] {
  if (name === undefined) { return [{ at: parent, value: container }]; }
  if (name === '*') {
    return Array.isArray(container) ? container.flatMap((element, index) => valuesAt(element, rest, `${parent}.${index + 1}.member`)) : [];
  }
  const member = container !== null && typeof container === 'object' ? (container as Record<string, unknown>)[name] : undefined;
  return valuesAt(member, rest, parent === '' ? name : `${parent}.${name}`);
}

function violations(at: string, value: unknown, { required, pattern, min = 0, max = Infinity, values, integer }: Constraint): string[] {
  const failed = (constraint: string): string => `Value ${value === undefined ? 'null' : `'${String(value)}'`} at '${at}' failed to satisfy constraint: ${constraint}`;
  if (value === undefined || value === null) { return required ? [failed('Member must not be null')] : []; }
  if (integer ? !Number.isInteger(value) : typeof value !== 'string') {
    throw new ServiceError('SerializationException', `Value at '${at}' is not ${integer ? 'an integer' : 'a string'}`);
  }
  const text = String(value);
  const [size, have] = integer ? [Number(value), 'have value'] : [text.length, 'have length'];
  return [
    ...size < min ? [failed(`Member must ${have} greater than or equal to ${min}`)] : [],
    ...size > max ? [failed(`Member must ${have} less than or equal to ${max}`)] : [],
    ...pattern && !pattern.test(text) ? [failed(`Member must satisfy regular expression pattern: ${pattern.source}`)] : [],
    ...values && !values.includes(text) ? [failed(`Member must satisfy enum value set: [${values.join(', ')}]`)] : [],
  ];
}
