import * as client from '@aws-sdk/client-glue';
import type { PartitionInput } from './store';
import { ACCOUNT, NotSupportedError, ServiceError, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';
import type { Call, Operation } from '../../protocols/protocol';
import { checkQuota, quota } from '../../quotas';
import type { World } from '../../world';

type Parameters = Record<string, unknown>;

interface TableName {
  readonly database: string;
  readonly table: string;
}

/** Every operation needs its permission on the resource and on what that is in: https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html */
async function authorizeAll({ authorize }: Call<Parameters>, { region }: World, database: string, table?: string): Promise<void> {
  const resources = ['catalog', `database/${database}`, ...table === undefined ? [] : [`table/${database}/${table}`]];
  for (const resource of resources) { await authorize(`arn:aws:glue:${region}:${ACCOUNT}:${resource}`); }
}

/** An operation on a table that exists. */
function onTable(operation: (at: TableName, parameters: Parameters, world: World) => object): Operation<Parameters, object> {
  return async (call, world) => {
    const { CatalogId, DatabaseName, TableName, Name } = call.parameters;
    refuseOtherCatalog(CatalogId);
    const at = { database: String(DatabaseName), table: String(TableName ?? Name) };
    await authorizeAll(call, world, at.database, at.table);
    return operation(at, call.parameters, world);
  };
}

function refuseOtherCatalog(catalogId: unknown): void {
  if (catalogId !== undefined && catalogId !== ACCOUNT) { throw new NotSupportedError(`another catalog than that of the account: ${String(catalogId)}`); }
}

export const glueApi: Api = new JsonApi('glue', client, {
  GetDatabase: async (call, world) => {
    refuseOtherCatalog(call.parameters.CatalogId);
    const name = String(call.parameters.Name);
    await authorizeAll(call, world, name);
    const { input, created } = world.glue.database(name);
    return { Database: { ...input, CreateTime: created, CatalogId: ACCOUNT } };
  },

  GetTable: onTable(({ database, table }, _, { glue }) => {
    const { input, created } = glue.table(database, table);
    return { Table: { ...input, DatabaseName: database, CreateTime: created, CatalogId: ACCOUNT } };
  }),

  GetPartitions: onTable(({ database, table }, { Expression, NextToken = '0', MaxResults = quota('gluePage') }, { glue }) => {
    if (Expression !== undefined) { throw new NotSupportedError('an Expression of GetPartitions'); }
    checkQuota('gluePage', Number(MaxResults), most => `MaxResults must be at most ${most}`);
    const start = Number(NextToken);
    const end = start + Number(MaxResults);
    const all = [...glue.table(database, table).partitions.values()];
    const page = all.slice(start, end).map(partition => ({ ...partition, DatabaseName: database, TableName: table, CatalogId: ACCOUNT }));
    return { Partitions: page, ...end < all.length && { NextToken: String(end) } };
  }),

  CreatePartition: onTable(({ database, table }, { PartitionInput: input }, { glue }) => {
    if (input === undefined) { throw new ServiceError('InvalidInputException', 'PartitionInput must not be null'); }
    glue.createPartition(database, table, input as PartitionInput);
    return {};
  }),
});
