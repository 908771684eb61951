import * as fc from 'fast-check';
import type { OutputLayout } from '../local-aws/wire';

/** All layouts of exports that local AWS can write. */
export function outputLayouts(recordsPerFile: fc.Arbitrary<number>): fc.Arbitrary<OutputLayout> {
  return fc.record({
    recordsPerFile,
    outputSubfolder: fc.constantFrom('', 'a/', 'a/b=1/'),
    outputExtension: fc.constantFrom('', '.csv'),
    outputGzip: fc.boolean(),
    fileWithoutRecords: fc.boolean(),
    headers: fc.constantFrom<OutputLayout['headers']>('all files', 'first file', 'none'),
    columnOrder: fc.constantFrom<OutputLayout['columnOrder']>('schema', 'opposite'),
    quotesAll: fc.boolean(),
    quotesHeader: fc.boolean(),
    quoteEscape: fc.constantFrom<OutputLayout['quoteEscape']>('"', '\\'),
    lineEnd: fc.constantFrom<OutputLayout['lineEnd']>('\n', '\r\n'),
    byteOrderMark: fc.boolean(),
  });
}
