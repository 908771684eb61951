import { Row, rowsOf } from '../../tools/query/open-csv';

const CHARACTERS = { separator: ',', quote: '"', escape: '\\' };
const rows = (text: string, columns = 3, skipped = 0) => rowsOf(Buffer.from(text), columns, CHARACTERS, skipped);

// by the rules of Trino's CsvDeserializer
test.each<[string, string, Row]>([
  ['values', 'a,b,c', ['a', 'b', 'c']],
  ['empty values', ',"",', ['', '', '']],
  ['fewer values than columns', 'a', ['a', null, null]],
  ['more values than columns', 'a,b,c,d', ['a', 'b', 'c']],
  ['no value at all', '\n', [null, null, null]],
  ['spaces, which are lost only before quotes', ' a , "b",c', [' a ', 'b', 'c']],
  ['a separator in quotes', '"a,b",c,d', ['a,b', 'c', 'd']],
  ['two quotes', '"say ""a""",b,c', ['say "a"', 'b', 'c']],
  ['quotes after an escape character', '"say \\"a\\"",b,c', ['say "a"', 'b', 'c']],
  ['an escape character after another', '"a\\\\b",c\\\\d,e', ['a\\b', 'c\\d', 'e']],
  ['an escape character before anything else, which is lost', '"a\\nb",c\\d,\\e', ['anb', 'cd', 'e']],
  ['a quote in the middle of a value', 'abc"d"e,f,g', ['abc"d"e', 'f', 'g']],
  ['quotes that are not closed', 'a,"b,c', ['a', null, null]],
])('%s', (_, line, row) => {
  expect(rows(line)).toEqual([row]);
});

test('lines end at any line break, also within quotes; the last may have none', () => {
  expect(rows('"a\nb",c\r\nd\re', 2)).toEqual([[null, null], [null, null], ['d', null], ['e', null]]);
});

test('skips a byte order mark, and lines on request', () => {
  expect(rows('\uFEFFA,B\na,b\n', 2)).toEqual([['A', 'B'], ['a', 'b']]);
  expect(rows('\uFEFFA,B\na,b\n', 2, 1)).toEqual([['a', 'b']]);
});
