import { CatalogTable, QueryEngine, SourceObject, TableInput } from './engine';
import type { LocalAwsClient } from '../../local-aws/client';

/** A query engine over all tables and views in the Data Catalog of local AWS, as they are now. */
export async function queryEngineOver(client: LocalAwsClient): Promise<QueryEngine> {
  const tables: CatalogTable[] = (await client.tables()).map(({ input, ...table }) => ({ ...table, input: input as unknown as TableInput }));
  const locations = tables.flatMap(({ input, partitions }) => [input.StorageDescriptor.Location, ...partitions.map(({ location }) => location)]);
  const buckets = new Set(locations.filter(location => location !== undefined).map(location => location.split('/')[2]));
  const objects: SourceObject[] = [];
  for (const bucket of buckets) {
    for (const { key } of await client.objects(bucket)) { objects.push({ uri: `s3://${bucket}/${key}`, content: await client.objectBody(bucket, key) }); }
  }
  return QueryEngine.over(tables, objects);
}
