import type { Column, DatabaseInput, PartitionInput, StorageDescriptor, TableInput } from './store';
import { NotSupportedError, ServiceError } from '../../core';
import { checkQuota, sizeOf, type QuotaName } from '../../quotas';

type GlueText = Extract<QuotaName, 'glueName' | 'glueColumnType' | 'glueLocation' | 'glueParameterValue' | 'glueViewText' | 'gluePartitionValue'>;

/** https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-common.html#aws-glue-api-common-_string-patterns: the single-line string pattern */
const SINGLE_LINE = /^[\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}\t]*$/u;
/** https://docs.aws.amazon.com/athena/latest/ug/data-types.html: only primitive types partition a table */
const PRIMITIVE = /^(string|varchar|char|date|timestamp|boolean|tinyint|smallint|int|integer|bigint|float|double|decimal)(\([\d, ]+\))?$/;
const TABLE_TYPES = ['EXTERNAL_TABLE', 'VIRTUAL_VIEW'];

/** https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-databases.html */
export function checkDatabase({ Name }: DatabaseInput): void {
  checkName(Name);
}

/** https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html */
export function checkTable({ Name, TableType, PartitionKeys, StorageDescriptor: storage = {}, Parameters = {}, ViewOriginalText }: TableInput): void {
  checkName(Name);
  if (!TABLE_TYPES.includes(String(TableType))) { throw new NotSupportedError(`tables of the type ${String(TableType)}`); }
  // "When you create a table used by Amazon Athena, and you do not specify any partitionKeys": the page above
  if (PartitionKeys === undefined) { throw new NotSupportedError(`the table ${Name} without PartitionKeys: Athena cannot query it, an empty list is needed`); }
  checkColumns([...storage.Columns ?? [], ...PartitionKeys]);
  const key = PartitionKeys.find(({ Type }) => !PRIMITIVE.test(String(Type)));
  if (key) { throw invalid(`Unsupported type of the partition key ${key.Name}: ${String(key.Type)}`); }
  checkLocation(storage);
  for (const [name, value] of Object.entries(Parameters)) {
    checkText('glueName', name);
    checkText('glueParameterValue', value);
  }
  if (TableType === 'VIRTUAL_VIEW') { checkText('glueViewText', ViewOriginalText ?? ''); }
}

/** https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-partitions.html */
export function checkPartition({ Values = [], StorageDescriptor: storage = {} }: PartitionInput, keys: readonly Column[]): void {
  // the message: https://github.com/apache/hudi/issues/6281
  if (Values.length !== keys.length) { throw invalid('The number of partition keys do not match the number of partition values'); }
  for (const value of Values) { checkText('gluePartitionValue', value); }
  checkColumns(storage.Columns ?? []);
  checkLocation(storage);
}

/** Glue stores names in lower case; how it then finds them, and what policies must name, is not documented for others. */
export function checkName(name: string): void {
  checkText('glueName', name);
  if (name === '') { throw invalid('Names must not be empty'); }
  if (name !== name.toLowerCase()) { throw new NotSupportedError(`a name with capital letters, which Glue stores in lower case: ${name}`); }
}

/** Repeated names, which Athena refuses to query, in whatever case: https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html */
function checkColumns(columns: readonly Column[]): void {
  for (const { Name, Type = '' } of columns) {
    checkText('glueName', Name);
    checkText('glueColumnType', Type);
  }
  const names = columns.map(({ Name }) => Name.toLowerCase());
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) { throw new NotSupportedError(`two columns or partition keys with the name ${repeated}`); }
}

function checkLocation({ Location }: StorageDescriptor): void {
  if (Location === undefined) { return; }
  checkText('glueLocation', Location);
  if (!/^s3:\/\/[^/]+\//.test(Location)) { throw new NotSupportedError(`a location that is not in Amazon S3: ${Location}`); }
}

function checkText(quotaName: GlueText, text: string): void {
  checkQuota(quotaName, sizeOf(quotaName, text), most => `Value '${text.slice(0, 100)}' is longer than ${most} bytes`);
  if (quotaName === 'glueName' && !SINGLE_LINE.test(text)) { throw invalid(`Value '${text}' must satisfy the single-line string pattern`); }
}

function invalid(message: string): ServiceError {
  return new ServiceError('InvalidInputException', message);
}
