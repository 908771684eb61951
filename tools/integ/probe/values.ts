/** The records whose bytes in an export the probe reports, by their ITEM_ID, and the schema that they fit. */

export const FIELDS = [
  { name: 'ITEM_ID', type: 'string' },
  { name: 'NAME', type: ['null', 'string'] },
  { name: 'GENRES', type: ['null', 'string'], categorical: true },
  { name: 'STOCK', type: ['null', 'int'] },
  { name: 'VIEWS', type: ['null', 'long'] },
  { name: 'PRICE', type: ['null', 'float'] },
  { name: 'RATING', type: ['null', 'double'] },
  { name: 'ADULT', type: ['null', 'boolean'] },
] as const;

export const COLUMNS: readonly string[] = FIELDS.map(({ name }) => name);

type Values = Partial<Record<(typeof FIELDS)[number]['name'], string>>;

export const RECORDS: Readonly<Record<string, Values>> = {
  plain: { NAME: 'plain', GENRES: 'Drama', STOCK: '1', VIEWS: '1', PRICE: '1', RATING: '1', ADULT: 'true' },
  comma: { NAME: 'a,b' },
  quotes: { NAME: 'a "b" c' },
  apostrophe: { NAME: 'it\'s' },
  backslash: { NAME: 'a\\b' },
  backslashes: { NAME: 'a\\\\b' },
  backslash_quote: { NAME: 'a\\"b' },
  last_backslash: { NAME: 'a,\\' },
  categories: { GENRES: 'Drama|Comedy, "and" more' },
  empty: {},
  spaces: { NAME: ' a ' },
  tab: { NAME: 'a\tb' },
  unicode: { NAME: 'ü 日本 😀' },
  null_word: { NAME: 'null', GENRES: '\\N' },
  smallest: { STOCK: '-2147483648', VIEWS: '-9223372036854775808', PRICE: '-0.1', RATING: '1e-7' },
  largest: { STOCK: '2147483647', VIEWS: '9223372036854775807', PRICE: '16777217', RATING: '12345678901234567', ADULT: 'false' },
};

/** As Personalize's guidelines for bulk data want it: https://docs.aws.amazon.com/personalize/latest/dg/preparing-training-data.html */
export function importableCsv(): string {
  const quoted = (value: string) => value === '' ? '' : `"${value.replace(/["\\]/g, '\\$&')}"`;
  const lines = Object.entries(RECORDS).map(([ITEM_ID, values]) => FIELDS.map(({ name, type }) => {
    const value = { ITEM_ID, ...values }[name] ?? '';
    return name === 'ITEM_ID' || !(type as readonly string[]).includes('string') ? value : quoted(value);
  }).join());
  return [COLUMNS.join(), ...lines, ''].join('\n');
}
