import { gunzipSync } from 'zlib';
import { DescribeDatasetExportJobCommand, PersonalizeClient } from '@aws-sdk/client-personalize';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CSV, MODES, PROBE, SOURCE } from './app';
import { importableCsv, RECORDS } from './values';

/** Stack, output, value. */
export type StackOutputs = Record<string, Record<string, string>>;

export interface ProbedObject {
  /** the key, relative to the folder of the job */
  readonly name: string;
  readonly bytes: number;
  readonly contentType?: string;
  readonly contentEncoding?: string;
  /** the first bytes, hexadecimal */
  readonly magic: string;
  /** whether the text begins with one */
  readonly byteOrderMark: boolean;
  /** the first line after it, with its line end */
  readonly firstLine: string;
  /** lines that contain the ID of a record, as they are */
  readonly records: Readonly<Record<string, string>>;
}

export interface ProbedExport {
  /** what DescribeDatasetExportJob answers, without ARNs and times */
  readonly described: Readonly<Record<string, unknown>>;
  readonly pathEndsWithSlash: boolean;
  readonly objects: readonly ProbedObject[];
}

/** By ingestion mode. */
export type Probed = Readonly<Record<string, ProbedExport>>;

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Imports the records, exports them in each mode and looks at what is in the bucket.
 *
 * @param deploy deploys a stack of the app
 */
export async function probe(deploy: (stack: string) => Promise<StackOutputs>): Promise<Probed> {
  // both read the endpoint of local AWS from the environment, which has no names of buckets in its domain
  const [s3Client, personalizeClient] = [new S3Client({ forcePathStyle: true }), new PersonalizeClient()];
  const { [SOURCE]: source } = await deploy(SOURCE);
  await s3Client.send(new PutObjectCommand({ Bucket: source.Bucket, Key: CSV, Body: importableCsv(), ContentType: 'text/csv' }));
  const { [PROBE]: outputs } = await deploy(PROBE);
  const probed = MODES.map(async mode => [mode, {
    ...await describedJob(personalizeClient, outputs[`${mode}Job`]),
    objects: await objectsBelow(s3Client, outputs[`${mode}Uri`]),
  }] as const);
  return Object.fromEntries(await Promise.all(probed));
}

async function describedJob(client: PersonalizeClient, datasetExportJobArn: string): Promise<Omit<ProbedExport, 'objects'>> {
  const { datasetExportJob } = await client.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn }));
  const path = datasetExportJob?.jobOutput?.s3DataDestination?.path ?? '';
  const described = Object.fromEntries(Object.entries(datasetExportJob ?? {}).map(([name, value]) => (
    [name, /Arn$|DateTime$|^jobName$|^jobOutput$/.test(name) ? typeof value : value])));
  return { described, pathEndsWithSlash: path.endsWith('/') };
}

async function objectsBelow(client: S3Client, uri: string): Promise<ProbedObject[]> {
  const [, Bucket, Prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(uri) ?? [];
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix })); // so few records make few objects
  return Promise.all(Contents.map(async ({ Key = '' }) => {
    const { Body, ContentType, ContentEncoding } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from(await Body!.transformToByteArray());
    return { name: Key.slice(Prefix.length), contentType: ContentType, contentEncoding: ContentEncoding, ...contents(bytes) };
  }));
}

export function contents(bytes: Buffer): Omit<ProbedObject, 'name'> {
  const magic = bytes.subarray(0, 4).toString('hex');
  const text = (magic.startsWith('1f8b') ? gunzipSync(bytes) : bytes).toString('utf8');
  const lines = text.replace(BYTE_ORDER_MARK, '').split(/(?<=\n)/);
  const idOf = (line: string) => Object.keys(RECORDS).find(id => new RegExp(`(^|[,"])${id}($|[,"\\r\\n])`).test(line));
  const records = lines.map(line => [idOf(line), line] as const).filter(([id]) => id !== undefined);
  const byteOrderMark = text.startsWith(BYTE_ORDER_MARK);
  return { bytes: bytes.length, magic, byteOrderMark, firstLine: lines[0] ?? '', records: Object.fromEntries(records) };
}
