import { ACCOUNT, type Api } from '../../../../local-aws/core';
import { glueApi } from '../../../../local-aws/services/glue/operations';
import type { TableInput } from '../../../../local-aws/services/glue/store';
import type { World } from '../../../../local-aws/world';
import { REGION, allow, call, policy, testWorld, trust } from '../../testing-world';

const TABLE: TableInput = {
  Name: 'interactions',
  TableType: 'EXTERNAL_TABLE',
  PartitionKeys: [{ Name: 'date', Type: 'string' }],
  StorageDescriptor: { Location: 's3://bucket/a/', Columns: [{ Name: 'user_id', Type: 'string' }] },
};
const ARNS = ['catalog', 'database/exports', 'table/exports/interactions'].map(resource => `arn:aws:glue:${REGION}:${ACCOUNT}:${resource}`);

let world: World;
let roleArn: string;

beforeEach(() => {
  world = testWorld();
  roleArn = world.iam.createRole({ roleName: 'r', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  world.iam.putRolePolicy('r', 'all', policy(allow('glue:*')));
  world.glue.createDatabase({ Name: 'exports' });
  world.glue.createTable('exports', TABLE);
});

async function glue(operation: string, parameters: object): Promise<any> {
  const { body } = await call(glueApi as Api, world, { headers: { 'x-amz-target': `AWSGlue.${operation}` }, body: JSON.stringify(parameters) }, roleArn);
  return JSON.parse(String(body));
}

const create = (Values: string[], change: object = {}) => glue('CreatePartition', {
  DatabaseName: 'exports', TableName: 'interactions', PartitionInput: { Values, StorageDescriptor: { Location: `s3://bucket/a/${Values.join('/')}/` } }, ...change,
});

test('partitions are created once, and read page by page', async () => {
  for (const date of ['2026-01-01', '2026-01-02', '2026-01-03']) { await create([date]); }
  await expect(create(['2026-01-02'])).rejects.toMatchObject({ code: 'AlreadyExistsException' });
  const { Partitions, NextToken } = await glue('GetPartitions', { DatabaseName: 'exports', TableName: 'interactions', MaxResults: 2 });
  const rest = await glue('GetPartitions', { DatabaseName: 'exports', TableName: 'interactions', NextToken });
  expect([...Partitions, ...rest.Partitions].map(({ Values, StorageDescriptor }) => [...Values, StorageDescriptor.Location])).toEqual([
    ['2026-01-01', 's3://bucket/a/2026-01-01/'], ['2026-01-02', 's3://bucket/a/2026-01-02/'], ['2026-01-03', 's3://bucket/a/2026-01-03/'],
  ]);
  expect(rest).not.toHaveProperty('NextToken');
});

test('databases and tables are read as they were made', async () => {
  expect(await glue('GetDatabase', { Name: 'exports' })).toMatchObject({ Database: { Name: 'exports', CatalogId: ACCOUNT } });
  expect(await glue('GetTable', { DatabaseName: 'exports', Name: 'interactions' })).toMatchObject({ Table: { ...TABLE, DatabaseName: 'exports' } });
});

test('what does not exist is not found', async () => {
  for (const change of [{ DatabaseName: 'none' }, { TableName: 'none' }]) {
    await expect(create(['2026-01-01'], change)).rejects.toMatchObject({ code: 'EntityNotFoundException' });
  }
});

test('a partition has a value for each key', async () => {
  for (const values of [[], ['2026-01-01', 'x']]) { await expect(create(values)).rejects.toMatchObject({ code: 'InvalidInputException' }); }
});

test.each(ARNS)('a partition takes permission on everything that it is in: %s', async missing => {
  world.iam.putRolePolicy('r', 'all', policy(allow('glue:CreatePartition', ARNS.filter(arn => arn !== missing))));
  await expect(create(['2026-01-01'])).rejects.toMatchObject({ code: 'AccessDenied', message: expect.stringContaining(missing) });
  world.iam.putRolePolicy('r', 'all', policy(allow('glue:CreatePartition', ARNS)));
  await expect(create(['2026-01-01'])).resolves.toEqual({});
});

test.each<[string, Partial<TableInput>, string]>([
  ['capital letters', { Name: 'Interactions' }, 'capital letters'],
  ['a line break in a name', { Name: 'a\nb' }, 'single-line string pattern'],
  ['no partition keys, not even none', { PartitionKeys: undefined }, 'PartitionKeys'],
  ['a partition key that is no primitive', { PartitionKeys: [{ Name: 'd', Type: 'array<string>' }] }, 'partition key'],
  ['a partition key that is a column', { PartitionKeys: [{ Name: 'USER_ID', Type: 'string' }] }, 'user_id'],
  ['another type of table', { TableType: 'MANAGED_TABLE' }, 'MANAGED_TABLE'],
  ['a location elsewhere', { StorageDescriptor: { Location: 'hdfs://x/' } }, 'hdfs'],
])('a table is refused: %s', (_, change, message) => {
  expect(() => world.glue.createTable('exports', { ...TABLE, Name: 'other', ...change })).toThrow(message);
});
