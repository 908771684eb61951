/**
 * How Athena reads the lines of a CSV file with the Open CSV SerDe. Athena's engine comes from Trino, whose classes CsvDeserializer (which claims the
 * bugs of the SerDe too) and TextLineReader have these rules:
 *
 * - A line ends at \n, \r or \r\n, also within quotes. The bytes EF BB BF at the beginning of a file are skipped.
 * - Columns are found by their position. What a line has beyond the last column is ignored, what it does not have is NULL.
 * - A value whose quotes are not closed at the end of the line is NULL.
 * - Within a value, a quote or an escape character after an escape character stands for itself, and so does the second of two quotes. Before anything
 *   else, and at the beginning of a value without quotes, an escape character is dropped.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
 * @see https://github.com/trinodb/trino/blob/master/lib/trino-hive-formats/src/main/java/io/trino/hive/formats/line/csv/CsvDeserializer.java
 * @see https://github.com/trinodb/trino/blob/master/lib/trino-hive-formats/src/main/java/io/trino/hive/formats/line/text/TextLineReader.java
 */
export interface Characters {
  readonly separator: string;
  readonly quote: string;
  readonly escape: string;
}

export type Row = (string | null)[];

/** @param skipped how many lines at the beginning are no rows */
export function rowsOf(file: Buffer, columns: number, characters: Characters, skipped = 0): Row[] {
  const lines = file.toString('utf8').replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') { lines.pop(); }
  return lines.slice(skipped).map(line => rowOf(line, columns, characters));
}

function rowOf(line: string, columns: number, characters: Characters): Row {
  const row: Row = line === '' ? [] : valuesOf(line, columns, characters);
  return [...row, ...new Array(columns - row.length).fill(null)];
}

function valuesOf(line: string, most: number, { separator, quote, escape }: Characters): string[] {
  const values: string[] = [];
  let [value, isQuoted, isInside] = ['', false, false];
  for (let at = 0; at < line.length && values.length < most; at++) {
    const [character, next] = [line[at], line[at + 1]];
    if (character === separator && !isQuoted) {
      values.push(value);
      [value, isInside] = ['', false];
    } else if (character === escape) {
      const isEscaping = (isQuoted || isInside) && (next === quote || next === escape);
      if (isEscaping) { value += line[++at]; }
    } else if (character !== quote) {
      value += character;
      isInside = true;
    } else {
      if ((isQuoted || isInside) && next === quote) {
        value += line[++at];
      } else {
        if (isEmbedded(line, at, separator)) { value = /^\s+$/.test(value) ? '' : value + quote; }
        isQuoted = !isQuoted;
      }
      isInside = !isInside;
    }
  }
  return isQuoted || values.length === most ? values : [...values, value];
}

/** A quote in the middle of a value stands for itself, but not within the first three characters of a line. */
function isEmbedded(line: string, at: number, separator: string): boolean {
  return at > 2 && at + 1 < line.length && line[at - 1] !== separator && line[at + 1] !== separator;
}
