import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { CfnParameter, Lazy, Stack, aws_personalize as personalize } from 'aws-cdk-lib';
import { DatasetField, DatasetFieldType, DatasetSchema } from '../../src';
import { concreteStack } from '../stacks';

const FIELDS = [
  { name: 'ITEM_ID', type: 'string' },
  { name: 'PRICE', type: ['float', 'null'] },
  { name: 'GENRES', type: ['null', 'string'], categorical: true },
  { name: 'DESCRIPTION', type: 'string', textual: true },
  { name: 'CREATION_TIMESTAMP', type: 'long' },
];
const jsonOf = (fields: unknown = FIELDS) => JSON.stringify({ type: 'record', name: 'Items', namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' });
const cfnSchema = (schema: string, stack: Stack = concreteStack()) => new personalize.CfnSchema(stack, 'Schema', { name: 'items', schema });

const ITEMS = [
  ['ITEM_ID', 'item_id', 'string', false], ['PRICE', 'price', 'float', false], ['GENRES', 'genres', 'string', true], ['DESCRIPTION', 'description', 'string', false],
  ['CREATION_TIMESTAMP', 'creation_timestamp', 'timestamp', false],
];
const columnsOf = ({ _columns }: DatasetSchema) => _columns.map(({ field, name, type, isCategorical }) => [field, name, type, isCategorical]);

test('the same columns from a resource, a text, a file and a list', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'schema-'));
  const file = path.join(folder, 'items.json');
  fs.writeFileSync(file, jsonOf());
  const stack = concreteStack();
  try {
    expect([
      DatasetSchema.fromCfnSchema(cfnSchema(jsonOf())),
      DatasetSchema.fromCfnSchema(cfnSchema(Lazy.string({ produce: () => jsonOf() }))),
      DatasetSchema.fromCfnSchema(cfnSchema(stack.toJsonString(JSON.parse(jsonOf())), stack)),
      DatasetSchema.fromJson(jsonOf()),
      DatasetSchema.fromFile(file),
      DatasetSchema.fromJson(JSON.stringify({ schema: { name: 'items', schemaArn: 'arn:aws:personalize:::schema/items', schema: jsonOf() } })),
      DatasetSchema.fromColumns([
        { name: 'ITEM_ID', type: DatasetFieldType.STRING },
        { name: 'PRICE', type: DatasetFieldType.FLOAT },
        { name: 'GENRES', type: DatasetFieldType.STRING, categorical: true },
        { name: 'DESCRIPTION', type: DatasetFieldType.STRING },
        { name: 'CREATION_TIMESTAMP', type: DatasetFieldType.LONG },
      ]),
    ].map(columnsOf)).toEqual(new Array(7).fill(ITEMS));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test.each<[string, string]>([
  ['{', 'json must be JSON, got "{"'],
  ['{"type": "array"}', 'json must be a record of Avro'],
  ['{"schema": {"schema": {}}}', 'json must be a record of Avro'],
  ['null', 'json must be a record of Avro'],
  [jsonOf([]), 'json must have at least one field'],
  [jsonOf([{ name: 'USER ID', type: 'string' }]), 'json must have names .* got "USER ID"'],
  [jsonOf([{ name: 'X'.repeat(256), type: 'string' }]), 'json must have names of at most 255 characters, .* got 256'],
  [jsonOf([{ type: 'string' }]), 'json must have names .* got undefined'],
  [jsonOf([null]), 'json must have names .* got undefined'],
  [jsonOf([{ name: 'TAGS', type: { type: 'array', items: 'string' } }]), 'json must have types string, .* got {.*} for TAGS'],
  [jsonOf([{ name: 'AGE', type: ['null', 'int', 'long'] }]), 'json must have types string, .* got \\["null","int","long"\\] for AGE'],
  [jsonOf([{ name: 'AGE', type: 'bytes' }]), 'json must have types string, .* got "bytes" for AGE'],
  [jsonOf([{ name: 'AGE', type: 'int', categorical: true }]), 'json must have categorical only for strings, got "int" for AGE'],
  [jsonOf([{ name: 'Age', type: 'int' }, { name: 'AGE', type: 'int' }]), 'json must have names that differ in lower case, .* got "age" twice'],
])('%s is refused', (json, message) => {
  expect(() => DatasetSchema.fromJson(json)).toThrow(new RegExp(`^${message}`));
});

test('a message says where the schema is from', () => {
  expect(() => DatasetSchema.fromCfnSchema(cfnSchema('{}'))).toThrow(/^schema of Movies\/Schema must be a record/);
  expect(() => DatasetSchema.fromFile('/no/such/file.json')).toThrow(/^path must be a file .* got "\/no\/such\/file.json"/);
  expect(() => DatasetSchema.fromFile(__filename)).toThrow(/^the schema in .*dataset-schema.test.ts must be JSON/);
  expect(() => DatasetSchema.fromColumns([])).toThrow(/^fields must have at least one/);
  expect(() => DatasetSchema.fromColumns(undefined as unknown as DatasetField[])).toThrow(/^fields must have at least one/);
});

test('what only the deployment knows is refused', () => {
  const stack = concreteStack();
  const token = new CfnParameter(stack, 'Parameter').valueAsString;
  expect(() => DatasetSchema.fromCfnSchema(cfnSchema(token, stack))).toThrow(/^schema of Movies\/Schema must be known at synthesis, got a token/);
  expect(() => DatasetSchema.fromJson(token)).toThrow(/^json must not be a token/);
  expect(() => DatasetSchema.fromFile(token)).toThrow(/^path must be a file/);
  expect(() => DatasetSchema.fromColumns([{ name: token, type: DatasetFieldType.STRING }])).toThrow(/^fields must have names .* no tokens/);
});
