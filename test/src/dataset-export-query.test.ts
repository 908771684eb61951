import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { DuckDBTypeId } from '@duckdb/node-api';
import { aws_glue as glue } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { outputFiles } from '../../local-aws/services/personalize/output';
import type { OutputLayout } from '../../local-aws/wire';
import { DatasetExportTable, DatasetField, DatasetFieldType, DatasetSchema } from '../../src';
import { CatalogTable, QueryEngine, viewDefinition } from '../../tools/query/engine';
import { REPOSITORY } from '../../tools/repository';
import { outputLayouts } from '../output-layouts';
import { concreteStack, jobIn } from '../stacks';

/** The SQL of views, out of the template, run over files as local AWS writes them. */

const LOCATION = 's3://exports/interactions/job/';
type Value = string | number | bigint | boolean | Date | string[] | null;
type Texts = Record<string, string>;

const stack = concreteStack();
const job = jobIn(stack);
let tables = 0;

/** The table and the view of a job's export, as they are in the template. */
function catalogOf(fields: DatasetField[], splitCategorical = false): CatalogTable[] {
  const schema = DatasetSchema.fromColumns(fields);
  const table = new DatasetExportTable(stack, `Table${tables++}`, { job, schema, splitCategorical, viewName: `records${tables}` });
  return table.node.children.filter(child => glue.CfnTable.isCfnTable(child)).map(resource => {
    const [{ Properties: { TableInput: input } }] = Object.values<any>(stack.resolve(resource._toCloudFormation()).Resources);
    const storage = { ...input.StorageDescriptor, Location: input.TableType === 'EXTERNAL_TABLE' ? LOCATION : undefined };
    return { database: table.databaseName, input: { ...input, StorageDescriptor: storage }, partitions: [] };
  });
}

async function query(catalog: CatalogTable[], written: ReadonlyMap<string, Buffer>, condition = 'true'): Promise<Value[][]> {
  const engine = await QueryEngine.over(catalog, objectsOf(written));
  try {
    return (await engine.query(`SELECT * FROM ${nameOf(catalog[1])} WHERE ${condition}`)).getRowsJS() as Value[][];
  } finally {
    engine.close();
  }
}

const nameOf = ({ database, input: { Name } }: CatalogTable) => `${database}.${Name}`;
const objectsOf = (written: ReadonlyMap<string, Buffer>) => [...written].map(([name, content]) => ({ uri: `${LOCATION}${name}`, content }));
const files = (fields: DatasetField[], rows: Texts[], layout: OutputLayout) => outputFiles(fields.map(({ name }) => name), rows, layout);
const csv = (...lines: string[]) => new Map([['part-00000.csv', Buffer.from(lines.map(line => `${line}\n`).join(''))]]);

const INTERACTIONS: DatasetField[] = [
  { name: 'USER_ID', type: DatasetFieldType.STRING },
  { name: 'ITEM_ID', type: DatasetFieldType.STRING },
  { name: 'TIMESTAMP', type: DatasetFieldType.LONG },
];
const HEADER = 'USER_ID,ITEM_ID,TIMESTAMP';

describe('whatever the files look like, the view has exactly the records, or the query fails', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  // quotes and separators are in every second text
  const hostile = fc.string({ unit: fc.constantFrom('"', ',', '|', ' ', '\'', 'a', 'é', '💡', '\t'), maxLength: 6 });
  const strings = fc.oneof(text, hostile).map(some => some.replace(/[\\\r\n]/g, ''));
  const VALUES: Record<DatasetFieldType, fc.Arbitrary<[string, Value]>> = {
    string: strings.map(some => [some, some]),
    int: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(some => [`${some}`, some]),
    long: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(some => [`${some}`, some]),
    float: fc.float({ noNaN: true, noDefaultInfinity: true }).map(some => [`${some}`, some]),
    double: fc.double({ noNaN: true, noDefaultInfinity: true }).map(some => [`${some}`, some]),
    boolean: fc.boolean().map(some => [`${some}`, some]),
  };
  const TIME: fc.Arbitrary<[string, Value]> = fc.integer({ min: 0, max: 2 ** 31 - 1 }).map(some => [`${some}`, new Date(some * 1000)]);
  // columns of texts only show the most
  const anyType = fc.oneof({ arbitrary: fc.constant(DatasetFieldType.STRING), weight: 2 }, fc.constantFrom(...Object.values(DatasetFieldType)));
  const fields: fc.Arbitrary<DatasetField[]> = fc.array(anyType, { minLength: 2, maxLength: 6 }).chain(types => (
    // with reserved words and what the table might need for itself
    fc.shuffledSubarray(['TIMESTAMP', 'DATE', 'SELECT', 'USER_ID', 'EXPORTED_AT', 'value', '_x'], { minLength: types.length, maxLength: types.length })
      .map(names => names.map((name, index) => ({ name, type: types[index] })))));
  const valueOf = ({ name, type }: DatasetField) => (
    fc.oneof({ arbitrary: name === 'TIMESTAMP' && type === 'long' ? TIME : VALUES[type], weight: 4 }, fc.constant<[string, Value]>(['', null])));
  const records = (of: DatasetField[]) => fc.array(fc.tuple(...of.map(valueOf)), { maxLength: 7 });
  const layouts = outputLayouts(fc.integer({ min: 1, max: 4 }));
  const textsOf = (of: DatasetField[], values: [string, Value][][]): Texts[] => (
    values.map(row => Object.fromEntries(row.map(([some], index) => [of[index].name, some]))));
  const plan = fields.chain(of => fc.record({ of: fc.constant(of), values: records(of), layout: layouts }));
  const comparable = (value: Value) => String(value instanceof Date ? value.getTime() : value);
  const sorted = (rows: Value[][]) => rows.map(row => row.map(comparable).join('\u0000')).sort();

  test('types, values, parts, folders, compression, headers, quotes, line ends', async () => {
    await fc.assert(fc.asyncProperty(plan, async ({ of, values, layout }) => {
      const written = files(of, textsOf(of, values), layout);
      const isPermuted = layout.columnOrder === 'opposite';
      fc.pre(!(isPermuted && layout.headers === 'none')); // nothing says then what a column is
      const result = query(catalogOf(of), written);
      if (isPermuted && written.size > 0) {
        await expect(result).rejects.toThrow();
      } else {
        expect(sorted(await result)).toEqual(sorted(values.map(row => row.map(([some, value]) => some === '' ? null : value))));
      }
    }), { numRuns: 60 });
  });

  test('line breaks', async () => {
    const BREAKS = fc.constantFrom('\n', 'a\rb', '\r\nb', 'a\nb', 'a,b\nc,d', '\n\n', '"\n"');
    await fc.assert(fc.asyncProperty(plan, fc.nat(), fc.nat(), BREAKS, async ({ of, values, layout }, row, column, broken) => {
      const [rowIndex, columnIndex] = [row % Math.max(values.length, 1), column % of.length];
      fc.pre(values.length > 0 && of[columnIndex].type === DatasetFieldType.STRING);
      const texts = textsOf(of, values);
      texts[rowIndex][of[columnIndex].name] = broken;
      await expect(query(catalogOf(of), files(of, texts, layout))).rejects.toThrow();
    }), { numRuns: 40 });
  });
});

test('each type of a schema', async () => {
  const genres = { name: 'GENRES', type: DatasetFieldType.STRING, categorical: true };
  const fields = [...Object.values(DatasetFieldType).map(type => ({ name: type, type })), INTERACTIONS[2], genres];
  const line = 'a|b,-5,9007199254740993,1.5,1.0E-5,True,1700000000,Comedy|Drama';
  const catalog = catalogOf(fields, true);
  expect(await query(catalog, csv(fields.map(({ name }) => name).join(','), line, ',,,,,,,'))).toEqual([
    ['a|b', -5, 9007199254740993n, 1.5, 0.00001, true, new Date('2023-11-14T22:13:20Z'), ['Comedy', 'Drama']],
    new Array(8).fill(null),
  ]);
  const engine = await QueryEngine.over(catalog, []);
  const types = (await engine.query(`SELECT * FROM ${nameOf(catalog[1])}`)).columnTypes().map(({ typeId }) => DuckDBTypeId[typeId]);
  engine.close();
  // as DuckDB names those that the view declares: varchar, integer, bigint, real, double, boolean, timestamp(3), array(varchar)
  expect(viewDefinition(catalog[1].input).columns.map(({ type }) => type)).toEqual([
    'varchar', 'integer', 'bigint', 'real', 'double', 'boolean', 'timestamp(3)', 'array(varchar)',
  ]);
  expect(types).toEqual(['VARCHAR', 'INTEGER', 'BIGINT', 'FLOAT', 'DOUBLE', 'BOOLEAN', 'TIMESTAMP', 'LIST']);
});

test('a header fails no condition on a typed column, even if the engine looks at it before it drops it', async () => {
  const catalog = catalogOf(INTERACTIONS);
  const lines = csv(HEADER, 'ann,1,1700000000', 'bob,2,1500000000');
  expect(await query(catalog, lines, '"timestamp" > TIMESTAMP \'2020-01-01 00:00:00\'')).toEqual([['ann', '1', new Date(1_700_000_000_000)]]);
  const [withoutCondition] = viewDefinition(catalog[1].input).originalSql.split('\nWHERE');
  const engine = await QueryEngine.over(catalog, objectsOf(lines));
  const [header] = (await engine.query(withoutCondition.replace('FROM ', `FROM ${catalog[0].database}.`))).getRowsJS();
  engine.close();
  expect(header).toEqual(['USER_ID', 'ITEM_ID', null]);
});

test.each<[string, string[], string]>([
  ['columns in another order', ['ITEM_ID,USER_ID,TIMESTAMP', '1,ann,1700000000'], 'begins with: ITEM_ID'],
  ['a column that the schema does not have', ['NEW,USER_ID,ITEM_ID,TIMESTAMP', 'x,ann,1,1700000000'], 'begins with: NEW|TIMESTAMP|ITEM_ID'],
  ['a column too few', ['USER_ID,ITEM_ID', 'ann,1'], 'fewer fields than the schema'],
  ['a time in milliseconds', [HEADER, 'ann,1,1700000000000'], 'TIMESTAMP is not in seconds since 1970: 1700000000000'],
  ['a value of another type', [HEADER, 'ann,1,yesterday'], 'yesterday'],
  ['a line break in a value', [HEADER, '"ann', 'or bob",1,1700000000'], 'line break in a value. It begins with: '],
])('%s fails with a message', async (_, lines, message) => {
  await expect(query(catalogOf(INTERACTIONS), csv(...lines))).rejects.toThrow(new RegExp(message));
});

test('columns beyond those of the schema are left out', async () => {
  expect(await query(catalogOf(INTERACTIONS), csv(`${HEADER},NEW`, 'ann,1,,x'))).toEqual([['ann', '1', null]]);
});

test('the view of an export without objects has no rows', async () => {
  expect(await query(catalogOf(INTERACTIONS), new Map())).toEqual([]);
});

test('a backslash is kept if the export has two of it, otherwise lost, which nobody can see', async () => {
  const lines = csv(HEADER, '"a\\\\b","a\\b",0');
  expect(await query(catalogOf(INTERACTIONS), lines)).toEqual([['a\\b', 'ab', new Date(0)]]);
});

test('the question of docs/query.md has the same answer in Athena and in DuckDB, for one of several exports of a date', async () => {
  const page = fs.readFileSync(path.join(REPOSITORY, 'docs', 'query.md'), 'utf8');
  const statements = [...page.matchAll(/^```sql\n([^]*?)^```$/gm)].map(([, sql]) => sql);
  const [athena, duckdb, list] = statements.filter(sql => sql.startsWith('SELECT'));
  const catalog = catalogOf(INTERACTIONS);
  const lines = csv(HEADER, 'ann,7,1700000000', 'bob,8,1700000000', 'cid,8,1700000000');
  const bucket = fs.mkdtempSync(path.join(os.tmpdir(), 'query-'));
  const [one, two] = ['one', 'two'].map(name => `${bucket}/dataset_group=movies/dataset=INTERACTIONS/date=2026-11-25/${name}/`);
  for (const folder of [`${one}a/b`, two]) {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'part'), lines.get('part-00000.csv')!);
  }
  const engine = await QueryEngine.over(catalog, objectsOf(lines));
  try {
    for (const sql of [athena.replace('movies_exports.interactions', nameOf(catalog[1])), duckdb.replace('<outputUri>', one)]) {
      expect((await engine.query(sql)).getRowsJS()).toEqual([['8', 2n], ['7', 1n]]);
    }
    expect((await engine.query(list.replace('s3://<bucket>', bucket))).getRowsJS()).toEqual([[one], [two]]);
  } finally {
    engine.close();
    fs.rmSync(bucket, { recursive: true });
  }
});
