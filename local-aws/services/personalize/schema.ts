import { ServiceError } from '../../core';

const TYPES = ['string', 'int', 'long', 'float', 'double', 'boolean'] as const;

export interface SchemaField {
  readonly name: string;
  readonly type: (typeof TYPES)[number];
  /** a union with null: values may be blank */
  readonly nullable: boolean;
  readonly categorical: boolean;
  readonly textual: boolean;
}

/**
 * The fields of a schema in Avro format, in its order.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export function schemaFields(schema: string): SchemaField[] {
  try {
    const { fields } = JSON.parse(schema) as { fields: Record<string, unknown>[] };
    const parsed = fields.map(field);
    if (new Set(parsed.map(({ name }) => name.replaceAll('_', ''))).size === parsed.length) { return parsed; }
  } catch {
    // refused below
  }
  throw new ServiceError('InvalidInputException', 'Input is not a valid schema');
}

function field({ name, type, categorical, textual }: Record<string, unknown>): SchemaField {
  const types = [type].flat();
  const [known, ...others] = TYPES.filter(candidate => types.includes(candidate));
  const nullable = types.includes('null');
  if (typeof name !== 'string' || known === undefined || others.length > 0 || types.length > (nullable ? 2 : 1)) { throw new Error('invalid'); }
  return { name, type: known, nullable, categorical: categorical === true, textual: textual === true };
}
