import { columnsProblem } from './columns';
import type { DatasetField } from '../../dataset-schema';

export interface Parsed {
  readonly fields?: DatasetField[];
  readonly problem?: string;
}

/**
 * The fields of a schema in the Avro format, as far as Personalize accepts it: a flat record of simple types, or unions of one with null.
 *
 * @param source what contains the text, in the user's words
 * @see https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export function fieldsOf(json: string, source: string): Parsed {
  let schema: any;
  try {
    schema = JSON.parse(json);
  } catch (error) {
    return { problem: `${source} must be JSON, got ${shown(json)}: ${(error as Error).message}` };
  }
  if (schema?.type !== 'record' || !Array.isArray(schema.fields)) {
    return { problem: `${source} must be a record of Avro, like {"type": "record", "name": "Users", "fields": [...]}, got ${shown(schema)}` };
  }
  const fields = schema.fields.map(fieldOf);
  const problem = columnsProblem(source, fields);
  return problem === undefined ? { fields } : { problem };
}

/** The schema in the output of DescribeSchema, or else the text itself. */
export function schemaIn(text: string): string {
  try {
    const described: unknown = JSON.parse(text)?.schema?.schema;
    return typeof described === 'string' ? described : text;
  } catch {
    return text;
  }
}

/** A type that Personalize does not accept stays as it is, for the message. */
function fieldOf(field: any): DatasetField {
  const { name, type, categorical } = field ?? {};
  const some: unknown[] = Array.isArray(type) ? type.filter(member => member !== 'null') : [type];
  return { name, type: (some.length === 1 ? some[0] : type) as DatasetField['type'], categorical: categorical === true };
}

function shown(given: unknown): string {
  const text = JSON.stringify(given);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
