import type { aws_glue as glue } from 'aws-cdk-lib';
import { Column } from './columns';
import { ViewColumn } from './view';

/**
 * Where the files are and how they are read: by the Open CSV SerDe, with the characters that Personalize documents for imports. It gives texts only.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
 */
export function storageOf(columns: readonly Column[], location: string): glue.CfnTable.StorageDescriptorProperty {
  return {
    columns: columns.map(({ name, field }) => ({ name, type: 'string', comment: field })),
    location,
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serdeInfo: {
      serializationLibrary: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
      parameters: { separatorChar: ',', quoteChar: '"', escapeChar: '\\' },
    },
  };
}

/** Athena's engine fails for a view without a SerDe, but does not use it. */
export function viewStorageOf(columns: readonly ViewColumn[]): glue.CfnTable.StorageDescriptorProperty {
  return { columns: columns.map(({ name, glueType: type }) => ({ name, type })), serdeInfo: { name: '-', serializationLibrary: '-' } };
}
