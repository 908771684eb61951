import { csvColumns, inSchema, parseCsv, type Records, type Row } from './records';
import { sampleRows } from './sample';
import { ACCOUNT, ServiceError, type Clock, type PersonalizeResources } from '../../core';
import type { DatasetType, SeedRequest } from '../../wire';

export interface DatasetGroup {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyArn?: string;
  readonly roleArn?: string;
  readonly domain?: string;
  readonly created: number;
}

export interface Dataset {
  readonly name: string;
  readonly arn: string;
  readonly type: DatasetType;
  readonly groupArn: string;
  readonly schemaArn: string;
  readonly created: number;
  readonly records: Records;
}

const TYPES: DatasetType[] = ['INTERACTIONS', 'ITEMS', 'USERS', 'ACTIONS', 'ACTION_INTERACTIONS'];

/** Schemas, dataset groups and datasets with their records. */
export class Datasets implements PersonalizeResources {
  private readonly schemas = new Map<string, { columns: string[] }>();
  private readonly groups = new Map<string, DatasetGroup>();
  private readonly datasets = new Map<string, Dataset>();

  /** `interactionsCsv`: the records that new INTERACTIONS datasets start with instead of the sample's. */
  constructor(private readonly region: string, private readonly clock: Clock, private readonly interactionsCsv?: string) {}

  public createSchema(name: string, schema: string): string {
    const arn = this.newArn(`schema/${name}`, this.schemas);
    this.schemas.set(arn, { columns: schemaColumns(schema) });
    return arn;
  }

  public deleteSchema(schemaArn: string): void {
    found(this.schemas, schemaArn, 'schema');
    this.refuseWhile([...this.datasets.values()].some(dataset => dataset.schemaArn === schemaArn), schemaArn);
    this.schemas.delete(schemaArn);
  }

  public createDatasetGroup(request: { name: string; kmsKeyArn?: string; roleArn?: string; domain?: string }): string {
    const arn = this.newArn(`dataset-group/${request.name}`, this.groups);
    this.groups.set(arn, { ...request, arn, created: this.clock.now() });
    return arn;
  }

  public deleteDatasetGroup(arn: string): void {
    found(this.groups, arn, 'dataset group');
    this.refuseWhile([...this.datasets.values()].some(({ groupArn }) => groupArn === arn), arn);
    this.groups.delete(arn);
  }

  /** The dataset has its records from the start: those of the file given to local AWS, or the sample's. */
  public createDataset(request: { name: string; datasetGroupArn: string; datasetType: string; schemaArn: string }): string {
    const group = found(this.groups, request.datasetGroupArn, 'dataset group');
    const { columns } = found(this.schemas, request.schemaArn, 'schema');
    const type = request.datasetType.toUpperCase() as DatasetType;
    if (!TYPES.includes(type)) {
      throw new ServiceError('InvalidInputException', `Dataset type ${request.datasetType} is not valid`);
    }
    const arn = this.newArn(`dataset/${group.name}/${type}`, this.datasets);
    this.datasets.set(arn, {
      name: request.name,
      arn,
      type,
      groupArn: group.arn,
      schemaArn: request.schemaArn,
      created: this.clock.now(),
      records: { bulk: this.initialRows(type, columns), put: [] },
    });
    return arn;
  }

  public deleteDataset(arn: string): void {
    found(this.datasets, arn, 'dataset');
    this.datasets.delete(arn);
  }

  public dataset(arn: string): Dataset {
    return found(this.datasets, arn, 'dataset');
  }

  public group(arn: string): DatasetGroup {
    return found(this.groups, arn, 'dataset group');
  }

  /** The datasets of a group, in the order in which they were created. */
  public datasetsOf(groupArn: string): Dataset[] {
    this.group(groupArn);
    return [...this.datasets.values()].filter(dataset => dataset.groupArn === groupArn);
  }

  /** The columns of the dataset's schema, in its order. */
  public columns(dataset: Dataset): string[] {
    return found(this.schemas, dataset.schemaArn, 'schema').columns;
  }

  /** Replaces a dataset's records by those of CSV texts with header. */
  public loadRecords(datasetArn: string, { bulk, put }: { bulk?: string; put?: string }): void {
    const dataset = this.dataset(datasetArn);
    const rows = (csv: string): Row[] => inSchema(this.columns(dataset), parseCsv(csv));
    if (bulk !== undefined) {
      dataset.records.bulk = rows(bulk);
    }
    if (put !== undefined) {
      dataset.records.put = rows(put);
    }
  }

  /** Makes a dataset out of a CSV text, with a schema of its columns; its group too unless it exists. Returns the dataset's ARN. */
  public seed({ group, type, csv, putCsv, kmsKeyArn }: SeedRequest): string {
    const groupArn = this.arn(`dataset-group/${group}`);
    if (!this.groups.has(groupArn)) {
      this.createDatasetGroup({ name: group, kmsKeyArn });
    } else if (this.group(groupArn).kmsKeyArn !== kmsKeyArn) {
      throw new ServiceError('InvalidInputException', `Dataset group ${group} exists with another key`);
    }
    const schema = JSON.stringify({ type: 'record', name: type, fields: csvColumns(csv).map(name => ({ name, type: 'string' })) });
    const schemaArn = this.createSchema(`${group}-${type}`, schema);
    const arn = this.createDataset({ name: `${group}-${type}`, datasetGroupArn: groupArn, datasetType: type, schemaArn });
    this.loadRecords(arn, { bulk: csv, put: putCsv });
    return arn;
  }

  private initialRows(type: DatasetType, columns: string[]): Row[] {
    return type === 'INTERACTIONS' && this.interactionsCsv !== undefined
      ? inSchema(columns, parseCsv(this.interactionsCsv))
      : sampleRows(type, columns);
  }

  private arn(resource: string): string {
    return `arn:aws:personalize:${this.region}:${ACCOUNT}:${resource}`;
  }

  private newArn(resource: string, existing: Map<string, unknown>): string {
    const arn = this.arn(resource);
    if (existing.has(arn)) {
      throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`);
    }
    return arn;
  }

  private refuseWhile(inUse: boolean, arn: string): void {
    if (inUse) {
      throw new ServiceError('ResourceInUseException', `Resource ${arn} is in use.`);
    }
  }
}

function found<T>(resources: Map<string, T>, arn: string, kind: string): T {
  const resource = resources.get(arn);
  if (!resource) {
    throw new ServiceError('ResourceNotFoundException', `The given ${kind} does not exist: ${arn}`);
  }
  return resource;
}

function schemaColumns(schema: string): string[] {
  try {
    const { fields } = JSON.parse(schema) as { fields: { name: string }[] };
    return fields.map(({ name }) => name);
  } catch {
    throw new ServiceError('InvalidInputException', 'Input is not a valid schema');
  }
}
