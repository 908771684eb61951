import { Token } from 'aws-cdk-lib';
import type { DatasetField, DatasetFieldType } from '../../dataset-schema';

/** A column of an exported file. */
export interface Column {
  /** As in the schema and in the header of the file. */
  readonly field: string;
  /** As in the Data Catalog, which has lower case only. */
  readonly name: string;
  readonly type: ColumnType;
  readonly isCategorical: boolean;
}

export type ColumnType = `${DatasetFieldType}` | 'timestamp';

/** https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html */
const MAX_NAME_LENGTH = 255;
const TYPES = ['string', 'int', 'long', 'float', 'double', 'boolean'];
// of Avro: https://avro.apache.org/docs/1.11.1/specification/#names
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Both are documented as Unix time in seconds: https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html */
const TIMES = ['TIMESTAMP', 'CREATION_TIMESTAMP'];

export function columnOf({ name, type, categorical }: DatasetField): Column {
  const isTime = TIMES.includes(name.toUpperCase()) && type === 'long';
  return { field: name, name: name.toLowerCase(), type: isTime ? 'timestamp' : type, isCategorical: categorical ?? false };
}

/** @param source what contains the fields, in the user's words */
export function columnsProblem(source: string, fields: readonly DatasetField[]): string | undefined {
  if (!Array.isArray(fields) || fields.length === 0) { return `${source} must have at least one field`; }
  const problem = fields.map(field => fieldProblem(source, field)).find(some => some !== undefined);
  if (problem !== undefined) { return problem; }
  const names = fields.map(({ name }) => name.toLowerCase());
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  return repeated === undefined ? undefined
    : `${source} must have names that differ in lower case, because the Data Catalog knows no upper case, got ${JSON.stringify(repeated)} twice`;
}

function fieldProblem(source: string, { name, type, categorical }: DatasetField): string | undefined {
  if (typeof name !== 'string' || Token.isUnresolved(name) || !NAME.test(name)) {
    return `${source} must have names of letters, digits and underscores that do not begin with a digit and are no tokens, got ${JSON.stringify(name)}`;
  }
  if (name.length > MAX_NAME_LENGTH) {
    return `${source} must have names of at most ${MAX_NAME_LENGTH} characters, because the Data Catalog has no longer ones, got ${name.length} in ${JSON.stringify(name)}`;
  }
  if (!TYPES.includes(type)) { return `${source} must have types ${TYPES.join(', ')}, got ${JSON.stringify(type)} for ${name}`; }
  return categorical && type !== 'string' ? `${source} must have categorical only for strings, got ${JSON.stringify(type)} for ${name}` : undefined;
}
