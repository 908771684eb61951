import { Duration, RemovalPolicy, Stack, aws_events as events, aws_kms as kms, aws_personalize as personalize, aws_s3 as s3 } from 'aws-cdk-lib';
import { ownRoles, regulatedProvider } from './regulated';
import { Dataset, DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, ExportTrigger, IngestionMode } from '../../src';

/** The scenario with conditions on the source of Personalize's own calls. */
export const SOURCE_CONDITIONS = 'SourceConditions';

/** The scenario with roles of the user for the functions. */
export const OWN_ROLES = 'OwnRoles';

/** The same with roles whose policies the app cannot change: warnings contain what they need. */
export function exportWithFrozenRoles(stack: Stack): void {
  const { role, frameworkRole } = ownRoles(stack);
  const frozen = { role: role.withoutPolicyUpdates(), frameworkRole: frameworkRole.withoutPolicyUpdates() };
  exportIn(stack, 2, { provider: regulatedProvider(stack, frozen) });
}

/** Stacks that cover all that can be granted, by their names. In each `round`, the stack exports again, with the same policies. */
export const SCENARIOS: Readonly<Record<string, (stack: Stack, round: number) => void>> = {
  Defaults: (stack, round) => exportIn(stack, round),
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
  [SOURCE_CONDITIONS]: (stack, round) => exportIn(stack, round, { destination: new ExportDestination(stack, 'Exports', { sourceConditions: true }) }),
  TwoDestinations: (stack, round) => {
    exportIn(stack, round, { destination: new ExportDestination(stack, 'A', { prefix: 'a' }) }, 'ExportA');
    new DatasetExportJob(stack, 'ExportB', {
      dataset: dataset(stack, 'users/USERS'), ingestionMode: IngestionMode.ALL, destination: new ExportDestination(stack, 'B'), jobName: 'my-export',
    });
  },
  Regulated: (stack, round) => exportIn(stack, round, { provider: regulatedProvider(stack) }),
  [OWN_ROLES]: (stack, round) => exportIn(stack, round, { provider: regulatedProvider(stack, ownRoles(stack)) }),
  /** One job with a generated name, and one with a name of its own. */
  Events: (stack, round) => {
    const shared = { dataset: dataset(stack, 'movies/INTERACTIONS'), destination: new ExportDestination(stack, 'Exports'), provider: providerWithEvents(stack) };
    exportIn(stack, round, shared);
    exportIn(stack, round, { ...shared, jobName: 'observed-export', trigger: undefined }, 'Named');
  },
  /** What docs/permissions.md shows: a prefix, tags, a long timeout, events and a dataset group with a key of its own. */
  Everything: (stack, round) => {
    const { encrypted, datasetEncryptionKey } = encryptedDataset(stack, 'everything');
    const destination = new ExportDestination(stack, 'Exports', { prefix: 'personalize', datasetEncryptionKey });
    exportIn(stack, round, { dataset: encrypted, destination, provider: providerWithEvents(stack), tags: { team: 'ml' }, timeout: Duration.hours(6) });
  },
};

/** What the scenarios' datasets are called: `<group>/<TYPE>`. */
export const DATASETS = ['movies/INTERACTIONS', 'users/USERS'] as const;

function dataset(stack: Stack, name: typeof DATASETS[number]): personalize.IDatasetRef {
  return Dataset.fromDatasetArn(stack, name.split('/')[1], stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: name }));
}

/** With the id of the provider that others have by default. */
function providerWithEvents(stack: Stack): DatasetExportProvider {
  return new DatasetExportProvider(stack, 'PersonalizeDatasetExportProvider', { eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default') });
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
