import { ServiceError } from '../../core';

interface Constraint {
  readonly required?: boolean;
  readonly pattern?: RegExp;
  readonly min?: number;
  readonly max?: number;
  readonly values?: string[];
}

/** Where in the request which value is expected; `*` stands for every element of a list. */
export type Constraints = Record<string, Constraint>;

export const EXPORT_JOB_ARN: Constraint = { required: true, max: 256, pattern: /^arn:([a-z\d-]+):personalize:.*:.*:.+$/ };

/** The service model's constraints on CreateDatasetExportJob. */
export const CREATE_EXPORT_JOB: Constraints = {
  'jobName': { required: true, min: 1, max: 63, pattern: /^[a-zA-Z0-9][a-zA-Z0-9\-_]*$/ },
  'datasetArn': { required: true, max: 256, pattern: /^arn:([a-z\d-]+):personalize:.*:.*:.+$/ },
  'ingestionMode': { values: ['BULK', 'PUT', 'ALL'] },
  'roleArn': { required: true, max: 256, pattern: /^arn:([a-z\d-]+):iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/ },
  'jobOutput.s3DataDestination.path': { required: true, max: 256, pattern: /^(s3|http|https):\/\/.+$/ },
  'jobOutput.s3DataDestination.kmsKeyArn': { max: 2048, pattern: /^arn:aws.*:kms:.*:[0-9]{12}:key\/.*$/ },
  'tags.*.tagKey': { required: true, min: 1, max: 128, pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u },
  'tags.*.tagValue': { required: true, max: 256, pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$/u },
};

/** Throws a ValidationException that names everything wrong, as the AWS service framework does. */
export function validate(request: Record<string, unknown>, constraints: Constraints): void {
  const errors = Object.entries(constraints).flatMap(([path, constraint]) =>
    valuesAt(request, path.split('.')).flatMap(({ at, value }) => violations(at, value, constraint)));
  if (errors.length > 0) {
    throw new ServiceError('ValidationException', `${errors.length} validation error${errors.length > 1 ? 's' : ''} detected: ${errors.join('; ')}`);
  }
}

function valuesAt(container: unknown, [name, ...rest]: string[], parent = ''): { at: string; value: unknown }[] {
  if (name === undefined) {
    return [{ at: parent, value: container }];
  }
  if (name === '*') {
    return Array.isArray(container) ? container.flatMap((element, index) => valuesAt(element, rest, `${parent}.${index + 1}.member`)) : [];
  }
  const member = container !== null && typeof container === 'object' ? (container as Record<string, unknown>)[name] : undefined;
  return valuesAt(member, rest, parent === '' ? name : `${parent}.${name}`);
}

function violations(at: string, value: unknown, { required, pattern, min = 0, max = Infinity, values }: Constraint): string[] {
  const failed = (constraint: string): string => `Value ${value === undefined ? 'null' : `'${String(value)}'`} at '${at}' failed to satisfy constraint: ${constraint}`;
  if (value === undefined || value === null) {
    return required ? [failed('Member must not be null')] : [];
  }
  if (typeof value !== 'string') {
    throw new ServiceError('SerializationException', `Value at '${at}' is not a string`);
  }
  return [
    ...(value.length < min ? [failed(`Member must have length greater than or equal to ${min}`)] : []),
    ...(value.length > max ? [failed(`Member must have length less than or equal to ${max}`)] : []),
    ...(pattern && !pattern.test(value) ? [failed(`Member must satisfy regular expression pattern: ${pattern.source}`)] : []),
    ...(values && !values.includes(value) ? [failed(`Member must satisfy enum value set: [${values.join(', ')}]`)] : []),
  ];
}
