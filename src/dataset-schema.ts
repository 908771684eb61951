import * as fs from 'fs';
import { Stack, Token, UnscopedValidationError, aws_personalize as personalize } from 'aws-cdk-lib';
import { Column, columnOf, columnsProblem } from './private/table/columns';
import { fieldsOf, schemaIn } from './private/table/personalize-schema';
import { literal, rejectIf } from './private/validation';

/**
 * The type of a field, as in a schema of Amazon Personalize.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export enum DatasetFieldType {
  /** A text. */
  STRING = 'string',

  /** A whole number of 32 bits. */
  INT = 'int',

  /** A whole number of 64 bits. In the fields `TIMESTAMP` and `CREATION_TIMESTAMP`: seconds since 1970. */
  LONG = 'long',

  /** A number with single precision. */
  FLOAT = 'float',

  /** A number with double precision. */
  DOUBLE = 'double',

  /** True or false. */
  BOOLEAN = 'boolean',
}

/**
 * A field of a dataset: a column of its exports.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export interface DatasetField {
  /**
   * The name, such as `USER_ID`: letters, digits and underscores, not beginning with a digit.
   */
  readonly name: string;

  /**
   * The type of the values. An export has nothing where a value is missing: each column may be NULL.
   */
  readonly type: DatasetFieldType;

  /**
   * Whether the values are categories, which Personalize separates by `|`. Only for `DatasetFieldType.STRING`.
   *
   * @default false
   */
  readonly categorical?: boolean;
}

/**
 * The schema of a dataset: names, types and order of the columns of its exports.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/how-it-works-dataset-schema.html
 */
export class DatasetSchema {
  /**
   * The schema that a `CfnSchema` of this app defines.
   *
   * Fails if its `schema` is not known at synthesis or is not what Personalize accepts.
   *
   * @param schema the resource
   */
  public static fromCfnSchema(schema: personalize.CfnSchema): DatasetSchema {
    const { path } = schema.node;
    const json: unknown = Stack.of(schema).resolve(schema.schema);
    rejectIf(typeof json === 'string' ? undefined
      : `schema of ${path} must be known at synthesis, got a token: use DatasetSchema.fromJson() or DatasetSchema.fromColumns()`, literal`InvalidSchema`, schema);
    const { fields, problem } = fieldsOf(json as string, `schema of ${path}`);
    rejectIf(problem, literal`InvalidSchema`, schema);
    return new DatasetSchema(fields!);
  }

  /**
   * A schema from its text, in the Avro format of Personalize, or the whole output of `aws personalize describe-schema`, which contains it.
   *
   * Fails if it is a token or not what Personalize accepts.
   *
   * @param json such as `{"type": "record", "name": "Users", "fields": [{"name": "USER_ID", "type": "string"}]}`
   */
  public static fromJson(json: string): DatasetSchema {
    return DatasetSchema.fromText(json, 'json');
  }

  /**
   * A schema from a file with its text, in the Avro format of Personalize, or with the whole output of `aws personalize describe-schema`.
   *
   * Fails if the file cannot be read or is not what Personalize accepts.
   *
   * @param path of the file, from the folder in which the app runs
   */
  public static fromFile(path: string): DatasetSchema {
    let text: string;
    try {
      text = fs.readFileSync(path, 'utf8');
    } catch (error) {
      throw new UnscopedValidationError(literal`InvalidSchema`, `path must be a file that can be read, got ${JSON.stringify(path)}: ${(error as Error).message}`);
    }
    return DatasetSchema.fromText(text, `the schema in ${path}`);
  }

  /**
   * A schema from its fields, in the order of the columns.
   *
   * Fails for names that Personalize does not accept or that are equal in lower case, and for `categorical` with another type than STRING.
   *
   * @param fields at least one
   */
  public static fromColumns(fields: DatasetField[]): DatasetSchema {
    const problem = columnsProblem('fields', fields);
    if (problem !== undefined) { throw new UnscopedValidationError(literal`InvalidSchema`, problem); }
    return new DatasetSchema(fields);
  }

  private static fromText(json: string, source: string): DatasetSchema {
    const { fields, problem } = Token.isUnresolved(json)
      ? { problem: `${source} must not be a token, because the columns must be known at synthesis: pass the text of the schema`, fields: undefined }
      : fieldsOf(schemaIn(json), source);
    if (fields === undefined) { throw new UnscopedValidationError(literal`InvalidSchema`, problem!); }
    return new DatasetSchema(fields);
  }

  /**
   * The columns, in the order of the exported files.
   *
   * @internal
   */
  public readonly _columns: readonly Column[];

  private constructor(fields: readonly DatasetField[]) {
    this._columns = fields.map(columnOf);
  }
}
