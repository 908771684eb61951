import type { ProbedExport, Probed } from './probe';
import { COLUMNS } from './values';
import type { OutputLayout, PersonalizeSettings } from '../../../local-aws/wire';

export type ObservedLayout = Partial<Omit<OutputLayout, 'recordsPerFile'> & Pick<PersonalizeSettings, 'echoesTrailingSlash'>>;

/**
 * What a probe says of the layout, as the settings of local AWS: local-aws/observed-layout.json holds it.
 *
 * @throws if there is no setting for what the probe found
 */
export function layoutOf({ BULK: bulk, PUT: put }: Probed): ObservedLayout {
  const [first] = bulk.objects;
  if (first === undefined) { throw new Error('the export has no object'); }
  const { firstLine, magic, byteOrderMark, name } = first;
  const isHeader = (line: string) => COLUMNS.every(column => line.includes(column));
  const { plain, quotes } = Object.assign({}, ...bulk.objects.map(object => object.records)) as Record<string, string>;
  return {
    ...namesOf(name, magic.startsWith('1f8b')),
    fileWithoutRecords: put.objects.length > 0,
    headers: headersOf(bulk, isHeader),
    ...isHeader(firstLine) && { columnOrder: orderOf(firstLine), quotesHeader: firstLine.startsWith('"') },
    quotesAll: /"plain"/.test(plain),
    quoteEscape: escapeOf(quotes),
    lineEnd: plain.endsWith('\r\n') ? '\r\n' : '\n',
    byteOrderMark,
    echoesTrailingSlash: bulk.pathEndsWithSlash,
  };
}

function namesOf(name: string, outputGzip: boolean): ObservedLayout {
  const [, outputSubfolder, file] = /^(.*\/)?([^/]+)$/.exec(name.replace(/\.gz$/, '')) ?? [];
  return { outputSubfolder: outputSubfolder ?? '', outputExtension: /\.[^.]*$/.exec(file)?.[0] ?? '', outputGzip };
}

function headersOf({ objects }: ProbedExport, isHeader: (line: string) => boolean): OutputLayout['headers'] {
  const [first, ...others] = objects.map(({ firstLine }) => isHeader(firstLine));
  if (first && others.every(has => has)) { return 'all files'; }
  if (others.every(has => !has)) { return first ? 'first file' : 'none'; }
  throw new Error(`local AWS has no setting for files with and without headers: ${JSON.stringify(objects.map(({ firstLine }) => firstLine))}`);
}

function orderOf(header: string): OutputLayout['columnOrder'] {
  const columns = header.trimEnd().replaceAll('"', '').split(',').join();
  if (columns === COLUMNS.join()) { return 'schema'; }
  if (columns === [...COLUMNS].reverse().join()) { return 'opposite'; }
  throw new Error(`local AWS has no setting for this order of columns: ${columns}`);
}

/** Of the value `a "b" c`. */
function escapeOf(line: string): OutputLayout['quoteEscape'] {
  if (line.includes('a \\"b\\" c')) { return '\\'; }
  if (line.includes('a ""b"" c')) { return '"'; }
  throw new Error(`local AWS has no setting for these quotes: ${line}`);
}
