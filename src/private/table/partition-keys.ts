import { Column } from './columns';

/** The names of the keys of the partitions, in their order. Each export of a workflow is a partition. */
export interface PartitionKeys {
  readonly date: string;
  /** The start of the execution: several exports of a date are told apart by it. */
  readonly exportedAt: string;
  readonly jobName: string;
  /** How many fields the schema had then: fields can be added to the schemas of Items and Users datasets. */
  readonly fieldCount: string;
}

export function partitionKeys(columns: readonly Column[]): PartitionKeys {
  const [date, exportedAt, jobName, fieldCount] = ['date', 'exported_at', 'job_name', 'field_count'].map(key => unlikeColumns(key, columns));
  return { date, exportedAt, jobName, fieldCount };
}

/** A table must not have a column and a key with the same name. That of the column is the user's. */
function unlikeColumns(key: string, columns: readonly Column[]): string {
  return columns.some(({ name }) => name === key) ? unlikeColumns(`export_${key}`, columns) : key;
}
