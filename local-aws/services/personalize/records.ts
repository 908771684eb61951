import { parse } from 'csv-parse/sync';
import { ServiceError } from '../../core';
import type { DatasetType } from '../../wire';

/** One record: its values by column. */
export type Row = Record<string, string>;

/** A dataset's records, by how they were ingested, in the order of arrival. */
export interface Records {
  bulk: Row[];
  put: Row[];
}

export type IngestionMode = 'BULK' | 'PUT' | 'ALL';

/** The columns that identify records, for the dataset types that have one. */
export const ID_COLUMN: Partial<Record<DatasetType, string>> = { ITEMS: 'ITEM_ID', USERS: 'USER_ID' };

export function parseCsv(text: string): Row[] {
  return parse(text, { columns: true, bom: true, skip_empty_lines: true, trim: false });
}

export function csvColumns(text: string): string[] {
  const [header = []] = parse(text, { to_line: 1, bom: true }) as string[][];
  return header;
}

/** Drops the columns that the schema does not have. */
export function inSchema(columns: string[], rows: Row[]): Row[] {
  const missing = rows.length > 0 ? columns.filter(column => !(column in rows[0])) : [];
  if (missing.length > 0) { throw new ServiceError('InvalidInputException', `Input CSV is missing the following columns:[${missing.join(', ')}].`); }
  return rows.map(row => Object.fromEntries(columns.map(column => [column, row[column]])));
}

/**
 * What an export job writes: each distinct record once; in mode ALL only the newest record of each item or user, but every
 * distinct interaction.
 */
export function exportedRows(type: DatasetType, columns: string[], { bulk, put }: Records, mode: IngestionMode): Row[] {
  const chosen = { BULK: bulk, PUT: put, ALL: [...bulk, ...put] }[mode];
  const distinct = [...new Map(chosen.map(row => [JSON.stringify(columns.map(column => row[column])), row])).values()];
  const id = mode === 'ALL' ? ID_COLUMN[type] : undefined;
  return id === undefined ? distinct : [...new Map(chosen.map(row => [row[id], row])).values()];
}
