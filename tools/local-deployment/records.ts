import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { LocalAwsClient } from '../../local-aws/client';
import { sampleRows } from '../../local-aws/services/personalize/sample';
import type { ObjectRecord } from '../../local-aws/wire';

export const COLUMNS = ['USER_ID', 'ITEM_ID', 'EVENT_TYPE', 'TIMESTAMP'];

/** Records of an Interactions dataset: all but the last ten are imported in bulk, those are added individually. */
export function interactions(count: number): { columns: string[]; bulk: string; put: string } {
  const rows = sampleRows('INTERACTIONS', COLUMNS).slice(0, count);
  const csv = (part: typeof rows) => stringify(part, { header: true, columns: COLUMNS });
  return { columns: COLUMNS, bulk: csv(rows.slice(0, -10)), put: csv(rows.slice(-10)) };
}

export interface Exported {
  readonly keys: string[];
  readonly header: string[];
  /** each record as one string */
  readonly rows: string[];
  readonly kmsKeyArns: string[];
}

/** The objects below an output URI, with their contents. */
export async function exportedObjects(client: LocalAwsClient, outputUri: string): Promise<(ObjectRecord & { readonly body: Buffer })[]> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(outputUri)!;
  const objects = (await client.objects(bucket)).filter(({ key }) => key.startsWith(prefix));
  return Promise.all(objects.map(async object => ({ ...object, body: await client.objectBody(bucket, object.key) })));
}

/** The records below an output URI. */
export async function exportedRecords(client: LocalAwsClient, outputUri: string): Promise<Exported> {
  const objects = await exportedObjects(client, outputUri);
  const files: string[][][] = objects.map(({ body }) => parse(body));
  const headers = [...new Set(files.map(([header]) => header.join()))];
  if (headers.length > 1) { throw new Error(`the files have different headers: ${headers.join(' and ')}`); }
  return {
    keys: objects.map(({ key }) => key),
    header: files[0]?.[0] ?? [],
    rows: files.flatMap(([, ...rows]) => rows.map(row => row.join())),
    kmsKeyArns: [...new Set(objects.map(({ kmsKeyArn }) => kmsKeyArn ?? 'none'))],
  };
}
