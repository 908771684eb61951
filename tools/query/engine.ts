import { gunzipSync } from 'zlib';
import { DuckDBConnection, DuckDBInstance, DuckDBResultReader } from '@duckdb/node-api';
import { Row, rowsOf } from './open-csv';

const OPEN_CSV_SERDE = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';

interface Column {
  readonly Name: string;
  readonly Type: string;
}

/** A table or a view as the Data Catalog of AWS Glue has it, as far as it matters here. */
export interface TableInput {
  readonly Name: string;
  readonly TableType: string;
  readonly PartitionKeys?: readonly Column[];
  readonly Parameters: Readonly<Record<string, string>>;
  readonly StorageDescriptor: {
    readonly Columns: readonly Column[];
    readonly Location?: string;
    readonly SerdeInfo: { readonly SerializationLibrary: string; readonly Parameters?: Readonly<Record<string, string>> };
  };
  readonly ViewOriginalText?: string;
}

export interface CatalogTable {
  readonly database: string;
  readonly input: TableInput;
  readonly partitions: readonly { readonly values: readonly string[]; readonly location?: string }[];
}

/** An object in S3. */
export interface SourceObject {
  readonly uri: string;
  readonly content: Buffer;
}

/** The definition of a view. */
export interface ViewDefinition {
  readonly originalSql: string;
  readonly schema: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** Runs SQL over the tables and views of the Data Catalog: DuckDB, with rows that are read as Athena reads them. */
export class QueryEngine {
  /** @param objects all that may be at the locations of the tables and their partitions */
  public static async over(tables: readonly CatalogTable[], objects: readonly SourceObject[]): Promise<QueryEngine> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const engine = new QueryEngine(instance, await instance.connect());
    for (const database of new Set(tables.map(table => table.database))) { await engine.run(`CREATE SCHEMA ${identifier(database)}`); }
    for (const table of tables.filter(({ input }) => input.TableType === 'EXTERNAL_TABLE')) { await engine.addTable(table, objects); }
    for (const { database, input } of tables.filter(({ input: { TableType } }) => TableType === 'VIRTUAL_VIEW')) {
      const { schema, originalSql } = viewDefinition(input);
      await engine.run(`USE ${identifier(schema)}`); // where a view finds what it names
      await engine.run(`CREATE VIEW ${identifier(database)}.${identifier(input.Name)} AS ${originalSql}`);
    }
    return engine;
  }

  private constructor(private readonly instance: DuckDBInstance, private readonly connection: DuckDBConnection) {}

  /** @param sql with names of tables that have the database's before them */
  public async query(sql: string): Promise<DuckDBResultReader> {
    await this.run('USE main');
    return this.connection.runAndReadAll(sql);
  }

  public close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  private async addTable({ database, input, partitions }: CatalogTable, objects: readonly SourceObject[]): Promise<void> {
    const { Name, PartitionKeys: keys = [], StorageDescriptor: { Columns, Location } } = input;
    const rows = (location: string | undefined) => objectsBelow(objects, location!).flatMap(object => rowsIn(object, input));
    if (keys.length === 0) {
      await this.create(database, Name, Columns, rows(Location));
      return;
    }
    const ofPartitions = partitions.flatMap(({ values, location }) => rows(location).map(row => [...row, ...values]));
    await this.create(database, Name, [...Columns, ...keys], ofPartitions);
    // https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog-listing-partitions.html
    await this.create(database, `${Name}$partitions`, keys, partitions.map(({ values }) => values));
  }

  private async create(database: string, table: string, columns: readonly Column[], rows: readonly (readonly (string | null)[])[]): Promise<void> {
    const texts = columns.map(({ Name }) => `${identifier(Name)} VARCHAR`);
    await this.run(`CREATE TABLE ${identifier(database)}.${identifier(table)} (${texts.join(', ')})`);
    const appender = await this.connection.createAppender(table, database);
    for (const row of rows) {
      for (const value of row) {
        if (value === null) { appender.appendNull(); } else { appender.appendVarchar(value); }
      }
      appender.endRow();
    }
    appender.closeSync();
  }
}

export function viewDefinition({ Name, Parameters: { presto_view: isView }, ViewOriginalText = '' }: TableInput): ViewDefinition {
  const [, base64] = /^\/\* Presto View: (\S+) \*\/$/.exec(ViewOriginalText) ?? [];
  if (isView !== 'true' || base64 === undefined) { throw new Error(`${Name} is no view of Athena: ${ViewOriginalText}`); }
  return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
}

/**
 * All in sub-folders too, but for what a name with an underscore or a dot at its beginning hides.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
 */
function objectsBelow(objects: readonly SourceObject[], location: string): SourceObject[] {
  return objects.filter(({ uri }) => uri.startsWith(location) && !/(^|\/)[_.]/.test(uri.slice(location.length)));
}

function rowsIn({ uri, content }: SourceObject, { Parameters: parameters, StorageDescriptor: { Columns, SerdeInfo } }: TableInput): Row[] {
  const { SerializationLibrary, Parameters: { separatorChar: separator, quoteChar: quote, escapeChar: escape } = {} } = SerdeInfo;
  if (SerializationLibrary !== OPEN_CSV_SERDE) { throw new Error(`not supported: ${SerializationLibrary}`); }
  // by its name only: https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
  const text = uri.endsWith('.gz') ? gunzipSync(content) : content;
  return rowsOf(text, Columns.length, { separator, quote, escape }, Number(parameters['skip.header.line.count'] ?? 0));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
