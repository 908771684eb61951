import { Duration, RemovalPolicy, Stack, aws_kms as kms, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { Dataset, DatasetExportJob, DatasetExportJobProps, ExportDestination, ExportTrigger, IngestionMode } from '../../src';

/** In this scenario alone, the policies ask where Personalize's own calls come from. */
export const SOURCE_CONDITIONS = 'SourceConditions';

/**
 * Stacks that stand for all that can be granted. The name of each is its stack's name.
 *
 * `round` is 1 for the first deployment and 2 for an update that exports again; the policies are the same in both.
 */
export const SCENARIOS: Readonly<Record<string, (stack: Stack, round: number) => void>> = {
  Defaults: (stack, round) => exportIn(stack, round),
  Prefix: (stack, round) => exportIn(stack, round, { destination: new ExportDestination(stack, 'Exports', { prefix: 'personalize/raw' }) }),
  S3Managed: (stack, round) => exportIn(stack, round, {
    destination: new ExportDestination(stack, 'Exports', { encryption: s3.BucketEncryption.S3_MANAGED }),
  }),
  OwnBucketAndKey: (stack, round) => {
    const encryptionKey = new kms.Key(stack, 'OwnKey', { removalPolicy: RemovalPolicy.DESTROY });
    const bucket = new s3.Bucket(stack, 'OwnBucket', { encryptionKey, enforceSSL: true, removalPolicy: RemovalPolicy.DESTROY });
    exportIn(stack, round, { destination: new ExportDestination(stack, 'Exports', { bucket, prefix: 'personalize' }) });
  },
  TwoKeys: (stack, round) => {
    const bucket = new s3.Bucket(stack, 'OwnBucket', { encryptionKey: new kms.Key(stack, 'BucketKey'), enforceSSL: true });
    exportIn(stack, round, { destination: new ExportDestination(stack, 'Exports', { bucket, encryptionKey: new kms.Key(stack, 'ObjectKey') }) });
  },
  DatasetKey: (stack, round) => {
    const { encrypted, datasetEncryptionKey } = encryptedDataset(stack, 'secret');
    exportIn(stack, round, { dataset: encrypted, destination: new ExportDestination(stack, 'Exports', { datasetEncryptionKey }) });
  },
  /** The one for which Personalize's own calls carry their source, see record-calls.ts. */
  [SOURCE_CONDITIONS]: (stack, round) => exportIn(stack, round, { destination: new ExportDestination(stack, 'Exports', { sourceConditions: true }) }),
  Tags: (stack, round) => exportIn(stack, round, { tags: { team: 'ml' } }),
  TwoDestinations: (stack, round) => {
    exportIn(stack, round, { destination: new ExportDestination(stack, 'A', { prefix: 'a' }) }, 'ExportA');
    new DatasetExportJob(stack, 'ExportB', {
      dataset: dataset(stack, 'users/USERS'), ingestionMode: IngestionMode.ALL, destination: new ExportDestination(stack, 'B'), jobName: 'my-export',
    });
  },
  LongExport: (stack, round) => exportIn(stack, round, { timeout: Duration.hours(6) }),
  /** All that makes policies longer: what docs/permissions.md shows. */
  Everything: (stack, round) => {
    const { encrypted, datasetEncryptionKey } = encryptedDataset(stack, 'everything');
    const destination = new ExportDestination(stack, 'Exports', { prefix: 'personalize', datasetEncryptionKey });
    exportIn(stack, round, { dataset: encrypted, destination, tags: { team: 'ml' }, timeout: Duration.hours(6) });
  },
};

/** What the scenarios' datasets are called: `<group>/<TYPE>`. */
export const DATASETS = ['movies/INTERACTIONS', 'users/USERS'] as const;

function dataset(stack: Stack, name: typeof DATASETS[number]): personalize.IDatasetRef {
  return Dataset.fromDatasetArn(stack, name.split('/')[1], stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: name }));
}

/** A dataset in a dataset group with a key of its own. */
function encryptedDataset(stack: Stack, name: string): { encrypted: personalize.IDatasetRef; datasetEncryptionKey: kms.IKey } {
  const datasetEncryptionKey = new kms.Key(stack, 'GroupKey');
  const group = new personalize.CfnDatasetGroup(stack, 'Group', { name, kmsKeyArn: datasetEncryptionKey.keyArn });
  const schema = new personalize.CfnSchema(stack, 'Schema', {
    name, schema: JSON.stringify({ type: 'record', name: 'Items', fields: [{ name: 'ITEM_ID', type: 'string' }, { name: 'GENRES', type: 'string' }] }),
  });
  return {
    encrypted: new personalize.CfnDataset(stack, 'Items', { name, datasetType: 'Items', datasetGroupArn: group.attrDatasetGroupArn, schemaArn: schema.attrSchemaArn }),
    datasetEncryptionKey,
  };
}

function exportIn(stack: Stack, round: number, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): void {
  new DatasetExportJob(stack, id, {
    dataset: props.dataset ?? dataset(stack, 'movies/INTERACTIONS'), ingestionMode: IngestionMode.ALL, trigger: ExportTrigger.token(`round ${round}`), ...props,
  });
}
