import { gunzipSync } from 'zlib';
import { PLAIN } from '../../../../local-aws/profile';
import { outputFiles } from '../../../../local-aws/services/personalize/output';
import { parseCsv } from '../../../../local-aws/services/personalize/records';
import type { OutputLayout } from '../../../../local-aws/wire';

const COLUMNS = ['ID', 'NAME'];
const ROWS = [{ ID: '1', NAME: 'a "b" \\' }, { ID: '2', NAME: '' }];

const files = (change: Partial<OutputLayout>, rows = ROWS) => outputFiles(COLUMNS, rows, { ...PLAIN.personalize, ...change });
const texts = (change: Partial<OutputLayout>) => [...files(change).values()].map(String);

test('values survive quotes, commas, line breaks and other alphabets', () => {
  const rows = [{ ID: 'a,"b"\nc', NAME: '' }, { ID: 'ü 日本 😀', NAME: ' x ' }];
  expect(parseCsv(String([...files({}, rows).values()][0]))).toEqual(rows);
});

test('parts are in a sub-folder, with any names', () => {
  expect([...files({ recordsPerFile: 1, outputSubfolder: 'a/b/', outputExtension: '' }).keys()]).toEqual(['a/b/part-00000', 'a/b/part-00001']);
});

test.each<[string, Partial<OutputLayout>, string[]]>([
  ['quotes where they are needed', {}, ['ID,NAME\n1,"a ""b"" \\"\n2,\n']],
  ['quotes everywhere', { quotesAll: true }, ['ID,NAME\n"1","a ""b"" \\"\n"2",""\n']],
  ['quotes in the header', { quotesHeader: true }, ['"ID","NAME"\n1,"a ""b"" \\"\n2,\n']],
  ['another escape', { quoteEscape: '\\' }, ['ID,NAME\n1,"a \\"b\\" \\\\"\n2,\n']],
  ['the columns in another order', { columnOrder: 'opposite' }, ['NAME,ID\n"a ""b"" \\",1\n,2\n']],
  ['other line ends', { lineEnd: '\r\n' }, ['ID,NAME\r\n1,"a ""b"" \\"\r\n2,\r\n']],
  ['a byte order mark', { byteOrderMark: true }, ['\ufeffID,NAME\n1,"a ""b"" \\"\n2,\n']],
  ['a header in the first file only', { headers: 'first file', recordsPerFile: 1 }, ['ID,NAME\n1,"a ""b"" \\"\n', '2,\n']],
  ['no header', { headers: 'none' }, ['1,"a ""b"" \\"\n2,\n']],
])('a layout has %s', (_, change, expected) => {
  expect(texts(change)).toEqual(expected);
});

test('files are compressed', () => {
  const [[name, body]] = [...files({ outputGzip: true })];
  expect([name, String(gunzipSync(body))]).toEqual(['part-00000.csv.gz', texts({})[0]]);
});

test.each([[true, ['ID,NAME\n']], [false, []]])('without records there is a file: %s', (fileWithoutRecords, expected) => {
  expect([...files({ fileWithoutRecords }, []).values()].map(String)).toEqual(expected);
});
