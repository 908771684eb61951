import { Fn, Token } from 'aws-cdk-lib';
import { Column, ColumnType } from './columns';
import { partitionKeys } from './partition-keys';

/** What a view is made of. */
export interface ViewProps {
  readonly databaseName: string;
  readonly tableName: string;
  readonly columns: readonly Column[];
  /** Whether categories become arrays. */
  readonly splitCategorical: boolean;
  /** Of which exports, if the table has those of a workflow, each in a partition. */
  readonly shown?: 'newest' | 'all';
}

export interface ViewColumn {
  readonly name: string;
  readonly sql: string;
  /** The type in SQL. */
  readonly type: string;
  /** The type in the Data Catalog. */
  readonly glueType: string;
}

const TYPES: { readonly [type in ColumnType]: readonly [sql: string, glue: string] } = {
  string: ['varchar', 'string'],
  int: ['integer', 'int'],
  long: ['bigint', 'bigint'],
  float: ['real', 'float'],
  double: ['double', 'double'],
  boolean: ['boolean', 'boolean'],
  timestamp: ['timestamp(3)', 'timestamp'],
};
/** Seconds until the year 5138. Milliseconds are more since 1973. */
const MOST_SECONDS = 99_999_999_999;

/** Typed columns of a table whose columns are texts. */
export function viewColumns({ columns, splitCategorical, shown }: Pick<ViewProps, 'columns' | 'splitCategorical' | 'shown'>): ViewColumn[] {
  // as texts, so that conditions on them choose partitions
  const { date, exportedAt, jobName } = partitionKeys(columns);
  const keys = shown === 'all' ? [date, exportedAt, jobName] : [];
  return [...keys.map(name => ({ name, sql: identifier(name), type: 'varchar', glueType: 'string' })), ...columns.map(({ field, name, type, isCategorical }) => {
    // an export has nothing where a value is missing
    const text = `nullif(${identifier(name)}, '')`;
    if (isCategorical && splitCategorical) { return { name, sql: `split(${text}, '|')`, type: 'array(varchar)', glueType: 'array<string>' }; }
    const [sqlType, glueType] = TYPES[type];
    if (type === 'string') { return { name, sql: text, type: sqlType, glueType }; }
    // an engine may look at the header before it drops it
    const value = `nullif(${text}, ${quoted(field)})`;
    return { name, sql: type === 'timestamp' ? time(field, value) : `CAST(${value} AS ${sqlType})`, type: sqlType, glueType };
  })];
}

/** In another unit than the documented one, all times would be wrong. */
function time(field: string, value: string): string {
  const checked = `CASE WHEN CAST(${value} AS bigint) > ${MOST_SECONDS} THEN ${quoted(`${field} is not in seconds since 1970: `)} || ${value} ELSE ${value} END`;
  return `TIMESTAMP '1970-01-01 00:00:00' + CAST(${checked} AS bigint) * INTERVAL '1' SECOND`;
}

/**
 * A condition that fails with this message when it is evaluated: the engines have no function for that in common. No optimizer evaluates it in
 * advance, because it depends on a value of the row.
 */
function failure(message: string, value: string): string {
  return `CAST(${quoted(message)} || coalesce(${value}, '') AS boolean)`;
}

/** The SQL of a view of all rows of a table, in what Athena and DuckDB have in common. */
export function viewSql({ tableName, columns, ...props }: Omit<ViewProps, 'databaseName'>): string {
  const select = viewColumns({ columns, ...props }).map(({ name, sql }) => `  ${sql} AS ${identifier(name)}`).join(',\n');
  const from = `SELECT\n${select}\nFROM ${identifier(tableName)}`;
  if (props.shown !== 'newest') { return `${from}\nWHERE CASE${whetherRecord(columns, props.shown)}`; }
  const exportedAt = identifier(partitionKeys(columns).exportedAt);
  // of an equal sign, Athena could infer that the older lines are never looked at, and then look at them, which fails if they have other columns
  return `${from} AS "t"
CROSS JOIN (SELECT max(${exportedAt}) AS ${exportedAt} FROM ${identifier(`${tableName}$partitions`)}) AS "n"
WHERE "t".${exportedAt} >= "n".${exportedAt} AND CASE
  WHEN "t".${exportedAt} < "n".${exportedAt} THEN false${whetherRecord(columns, props.shown)}`;
}

/**
 * The cases that tell whether a line is a record and not a header. Fails for lines that are neither.
 *
 * Not by skip.header.line.count: with it, nobody would notice columns in another order, and the first record of a file without a header would be
 * missing. AWS documents neither the order nor which of several files have a header.
 */
function whetherRecord(columns: readonly Column[], shown: ViewProps['shown']): string {
  const first = identifier(columns[0].name);
  const last = lastColumn(columns, shown);
  const fields = columns.map(({ field }) => quoted(field)).join(', ');
  // an export has no columns that were added to the schema later
  const header = columns.map(({ name, field }) => `${shown ? `coalesce(${identifier(name)}, ${quoted(field)})` : identifier(name)} = ${quoted(field)}`).join(' AND ');
  // the Open CSV SerDe gives NULL for what a line does not have, and an empty text for an empty value
  const tooShort = failure('a line has fewer fields than the schema, as with a line break in a value. It begins with: ', first);
  const unlike = failure('the columns of a file are not those of the schema, in its order. Its header begins with: ', first);
  return `
  WHEN ${last} IS NULL THEN ${tooShort}
  WHEN ${header} THEN false
  WHEN ${first} IN (${fields}) OR ${last} IN (${fields}) THEN ${unlike}
  ELSE true
END`;
}

/** The last column that an export has: fields may have been added to the schema since, at its end. */
function lastColumn(columns: readonly Column[], shown: ViewProps['shown']): string {
  if (shown === undefined) { return identifier(columns.at(-1)!.name); }
  const { fieldCount } = partitionKeys(columns);
  return `ARRAY[${columns.map(({ name }) => identifier(name)).join(', ')}][least(CAST(${identifier(fieldCount)} AS integer), ${columns.length})]`;
}

/** A view as the Data Catalog has it: as Athena itself writes it, which AWS does not document. */
export function viewText(props: ViewProps): string {
  const columns = viewColumns(props).map(({ name, type }) => ({ name, type }));
  const json = JSON.stringify({ originalSql: viewSql(props), catalog: 'awsdatacatalog', schema: props.databaseName, columns });
  return `/* Presto View: ${Token.isUnresolved(json) ? Fn.base64(json) : Buffer.from(json).toString('base64')} */`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\'', '\'\'')}'`;
}
