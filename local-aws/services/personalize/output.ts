import { gzipSync } from 'zlib';
import { stringify, type Options } from 'csv-stringify/sync';
import type { Row } from './records';
import type { OutputLayout } from '../../wire';

/** The output files by their keys below the folder of the job. AWS does not document what they look like: nothing may depend on it. */
export function outputFiles(columns: readonly string[], rows: readonly Row[], layout: OutputLayout): Map<string, Buffer> {
  const { recordsPerFile, fileWithoutRecords, outputSubfolder, outputExtension, outputGzip, headers } = layout;
  const count = Math.max(fileWithoutRecords ? 1 : 0, Math.ceil(rows.length / recordsPerFile));
  return new Map(Array.from({ length: count }, (_, part) => {
    const header = headers === 'all files' || (headers === 'first file' && part === 0);
    const text = toCsv(columns, rows.slice(part * recordsPerFile, (part + 1) * recordsPerFile), header, layout);
    const name = `${outputSubfolder}part-${String(part).padStart(5, '0')}${outputExtension}`;
    return outputGzip ? [`${name}.gz`, gzipSync(text)] : [name, Buffer.from(text)];
  }));
}

function toCsv(columns: readonly string[], rows: readonly Row[], header: boolean, layout: OutputLayout): string {
  const { columnOrder, quotesAll, quotesHeader, quoteEscape, lineEnd, byteOrderMark } = layout;
  const ordered = columnOrder === 'schema' ? [...columns] : [...columns].reverse();
  const format = (quoted: boolean): Options => ({ quoted, quoted_empty: quoted, escape: quoteEscape, record_delimiter: lineEnd });
  return [
    byteOrderMark ? '\ufeff' : '',
    header ? stringify([ordered], format(quotesHeader)) : '',
    stringify([...rows], { ...format(quotesAll), columns: ordered }),
  ].join('');
}
