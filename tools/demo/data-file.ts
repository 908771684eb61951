import { readFileSync } from 'fs';
import { parse } from 'csv-parse/sync';

/** The records of a CSV file with a header row. */
export interface Data {
  readonly csv: string;
  readonly header: string[];
  readonly records: string[][];
}

/** Reads a CSV file. Fails with one line, which names the file, if it cannot be read, is no text, or has no records. */
export function readData(file: string): Data {
  if (file === '') { throw new Error('--data: name a CSV file'); }
  const bytes = read(file);
  if (bytes.includes(0)) { throw new Error(`--data ${file}: not a text file: choose a CSV file with a header row`); }
  let csv: string;
  try {
    csv = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`--data ${file}: not UTF-8: choose a CSV file in UTF-8 with a header row`);
  }
  const data = { csv, ...parsed(csv, `--data ${file}`) };
  const unfit = data.header.find(name => !/^[A-Za-z_]\w*$/.test(name));
  if (unfit !== undefined) {
    throw new Error(`--data ${file}: the header must have the names of a schema's fields, letters, digits and underscores, got ${JSON.stringify(unfit)}`);
  }
  return data;
}

/** @param name what to call the text in an error */
export function parsed(csv: string, name: string): Pick<Data, 'header' | 'records'> {
  let rows: string[][];
  try {
    rows = parse(csv, { bom: true, skipEmptyLines: true });
  } catch (error) {
    throw new Error(`${name}: not CSV: ${(error as Error).message}`);
  }
  const [header, ...records] = rows;
  if (header === undefined) { throw new Error(`${name}: empty: choose a CSV file with a header row and records`); }
  if (records.length === 0) { throw new Error(`${name}: a header row without records: there is nothing to export`); }
  return { header, records };
}

const PROBLEMS: Readonly<Record<string, string>> = { ENOENT: 'no such file', EISDIR: 'a folder, not a file', EACCES: 'you may not read this file' };

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new Error(`--data ${file}: ${PROBLEMS[code] ?? message}`);
  }
}
