import { checkDatabase, checkPartition, checkTable } from './validation';
import { ServiceError, found } from '../../core';
import { checkQuota } from '../../quotas';
import type { TableRecord } from '../../wire';
import type { World } from '../../world';

export interface Column {
  readonly Name: string;
  readonly Type?: string;
}

/** The members of AWS's structures that have an effect here; the others are kept. */
export interface StorageDescriptor {
  readonly Columns?: readonly Column[];
  readonly Location?: string;
}

export interface DatabaseInput {
  readonly Name: string;
}

export interface TableInput {
  readonly Name: string;
  readonly TableType?: string;
  readonly PartitionKeys?: readonly Column[];
  readonly StorageDescriptor?: StorageDescriptor;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly ViewOriginalText?: string;
}

export interface PartitionInput {
  readonly Values?: readonly string[];
  readonly StorageDescriptor?: StorageDescriptor;
}

export interface Partition extends PartitionInput {
  readonly CreationTime: number;
}

export interface Table {
  input: TableInput;
  readonly created: number;
  /** by their values, in the order of their creation */
  readonly partitions: Map<string, Partition>;
}

interface Database {
  input: DatabaseInput;
  readonly created: number;
  readonly tables: Map<string, Table>;
}

/** The account's Data Catalog. Names are in lower case: Glue stores them so. */
export class DataCatalog {
  private readonly databases = new Map<string, Database>();

  constructor(private readonly world: Pick<World, 'clock'>) {}

  public createDatabase(input: DatabaseInput): void {
    checkDatabase(input);
    if (this.databases.has(input.Name)) { throw exists('Database'); }
    checkQuota('glueDatabases', this.databases.size + 1, most => `Number of databases exceeds the limit of ${most}`);
    this.databases.set(input.Name, { input, created: this.now(), tables: new Map() });
  }

  public updateDatabase(input: DatabaseInput): void {
    checkDatabase(input);
    this.database(input.Name).input = input;
  }

  /** With all its tables. */
  public deleteDatabase(name: string): void {
    this.databases.delete(name);
  }

  public database(name: string): Database {
    return found(this.databases.get(name), () => missing(`Database ${name} not found.`));
  }

  public createTable(databaseName: string, input: TableInput): void {
    checkTable(input);
    const { tables } = this.database(databaseName);
    if (tables.has(input.Name)) { throw exists('Table'); }
    tables.set(input.Name, { input, created: this.now(), partitions: new Map() });
  }

  /** Its partitions stay. */
  public updateTable(databaseName: string, input: TableInput): void {
    checkTable(input);
    this.table(databaseName, input.Name).input = input;
  }

  /** With all its partitions. */
  public deleteTable(databaseName: string, name: string): void {
    this.databases.get(databaseName)?.tables.delete(name);
  }

  public table(databaseName: string, name: string): Table {
    return found(this.database(databaseName).tables.get(name), () => missing(`Table ${name} not found.`));
  }

  /** All tables as the control API shows them. */
  public tables(): TableRecord[] {
    return [...this.databases].flatMap(([database, { tables }]) => [...tables].map(([name, { input, partitions }]) => ({
      database,
      name,
      input: { ...input },
      partitions: [...partitions.values()].map(({ Values = [], StorageDescriptor: storage }) => ({ values: Values, location: storage?.Location })),
    })));
  }

  public createPartition(databaseName: string, tableName: string, input: PartitionInput): void {
    const { input: { PartitionKeys = [] }, partitions } = this.table(databaseName, tableName);
    checkPartition(input, PartitionKeys);
    const key = JSON.stringify(input.Values);
    if (partitions.has(key)) { throw exists('Partition'); }
    partitions.set(key, { ...input, CreationTime: this.now() });
  }

  private now(): number {
    return this.world.clock.now() / 1000;
  }
}

function exists(what: string): ServiceError {
  return new ServiceError('AlreadyExistsException', `${what} already exists.`);
}

function missing(message: string): ServiceError {
  return new ServiceError('EntityNotFoundException', message);
}
