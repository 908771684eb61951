import type { Row } from './records';
import type { SchemaField } from './schema';
import { isBeyond, quota } from '../../quotas';
import type { DatasetType } from '../../wire';

/** Why a file cannot be imported. Where AWS documents only the rule, the words are ours. */
export class InvalidCsv extends Error {}

/** https://docs.aws.amazon.com/personalize/latest/dg/custom-datasets-and-schemas.html: these never are blank */
const REQUIRED: Readonly<Record<DatasetType, readonly string[]>> = {
  INTERACTIONS: ['USER_ID', 'ITEM_ID', 'TIMESTAMP'],
  ITEMS: ['ITEM_ID'],
  USERS: ['USER_ID'],
  ACTIONS: ['ACTION_ID'],
  ACTION_INTERACTIONS: ['USER_ID', 'ACTION_ID', 'EVENT_TYPE', 'TIMESTAMP'],
};
/** https://docs.aws.amazon.com/personalize/latest/dg/items-datasets.html#text-data: the rest is cut off */
const LONGEST_TEXT = 20_000;
const FORMAT = 'https://docs.aws.amazon.com/personalize/latest/dg/data-prep-formatting.html';

/**
 * The records of a file, by the rules that AWS documents, and by nothing that it does not: names of columns without quotes, in the schema's order;
 * each record on a line of its own; a backslash before quotes and backslashes, in quoted values only.
 *
 * @see https://docs.aws.amazon.com/personalize/latest/dg/preparing-training-data.html#general-formatting-guidelines
 * @see https://docs.aws.amazon.com/personalize/latest/dg/items-datasets.html#text-data
 */
export function importedRows(type: DatasetType, fields: readonly SchemaField[], file: Buffer): Row[] {
  const [header, ...lines] = decoded(file).split(/\r?\n/);
  if (lines.at(-1) === '') { lines.pop(); }
  checkHeader(header.split(','), [...new Set([...fields.map(({ name }) => name), ...REQUIRED[type]])]);
  return lines.map((line, index) => {
    const at = `line ${index + 2}`;
    const values = splitLine(line, at);
    if (values.length !== fields.length) { throw new InvalidCsv(`${at} has ${values.length} values instead of ${fields.length}`); }
    return Object.fromEntries(fields.map((field, column) => [field.name, checked(field, values[column], REQUIRED[type].includes(field.name), at)]));
  });
}

function decoded(file: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
  } catch {
    throw new InvalidCsv('the file is not UTF-8');
  }
}

function checkHeader(header: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter(name => !header.includes(name));
  if (missing.length > 0) { throw new InvalidCsv(`Input CSV is missing the following columns:[${missing.join(', ')}].`); }
  if (header.join() !== expected.join()) { throw new InvalidCsv(`the columns are ${header.join()}, those of the schema ${expected.join()}`); }
}

function splitLine(line: string, at: string): string[] {
  const values: string[] = [];
  const value = /(?:"((?:[^"\\]|\\["\\])*)"|([^",\\]*))(,|$)/y;
  do {
    const start = value.lastIndex;
    const match = value.exec(line);
    if (!match) { throw new InvalidCsv(`${at} has a quote, a backslash or the end of the line where none may be, after ${start} characters`); }
    values.push(match[1]?.replace(/\\(["\\])/g, '$1') ?? match[2]);
    if (match[3] === '') { return values; }
  } while (true);
}

function checked({ name, type, nullable, categorical, textual }: SchemaField, value: string, required: boolean, at: string): string {
  if (value === '' && (required || !nullable)) { throw new InvalidCsv(`${name} has no value in ${at}`); }
  if (value !== '' && !IS[type](value)) { throw new InvalidCsv(`${name} is not of type ${type} in ${at}`); }
  const limit = name.endsWith('_ID') && required ? 'personalizeId' : categorical ? 'personalizeCategory' : undefined;
  if (limit !== undefined && isBeyond(limit, value.length)) {
    throw new InvalidCsv(`Length cannot be more than ${quota(limit)} characters for ${name}. If no values exceed the character limit, `
      + `make sure your data follows the formatting guidelines listed in ${FORMAT}.`);
  }
  return textual ? value.slice(0, LONGEST_TEXT) : value;
}

const IS: Readonly<Record<SchemaField['type'], (value: string) => boolean>> = {
  string: () => true,
  int: value => isInteger(value, 32),
  long: value => isInteger(value, 64),
  float: isNumber,
  double: isNumber,
  // as Avro writes them: https://avro.apache.org/docs/1.12.0/specification/#schema-record
  boolean: value => value === 'true' || value === 'false',
};

function isInteger(value: string, bits: number): boolean {
  return /^-?\d+$/.test(value) && BigInt.asIntN(bits, BigInt(value)) === BigInt(value);
}

function isNumber(value: string): boolean {
  return /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/.test(value);
}
