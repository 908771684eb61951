import { csvColumns, inSchema, parseCsv, type Records, type Row } from './records';
import { sampleRows } from './sample';
import { schemaFields, type SchemaField } from './schema';
import { ACCOUNT, ServiceError, found } from '../../core';
import { checkLength } from '../../quotas';
import type { DatasetType, SeedRequest } from '../../wire';
import type { World } from '../../world';

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
export class Datasets {
  private readonly schemas = new Map<string, { readonly fields: SchemaField[]; readonly domain?: string }>();
  private readonly groups = new Map<string, DatasetGroup>();
  private readonly datasets = new Map<string, Dataset>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'interactionsCsv'>) {}

  public createSchema(name: string, schema: string, domain?: string): string {
    checkLength('personalizeName', 'name', name);
    const arn = this.newArn(`schema/${name}`, this.schemas);
    this.schemas.set(arn, { fields: schemaFields(schema), domain });
    return arn;
  }

  public deleteSchema(schemaArn: string): void {
    existing(this.schemas, schemaArn, 'schema');
    this.refuseWhile([...this.datasets.values()].some(dataset => dataset.schemaArn === schemaArn), schemaArn);
    this.schemas.delete(schemaArn);
  }

  public createDatasetGroup(request: { name: string; kmsKeyArn?: string; roleArn?: string; domain?: string }): string {
    checkLength('personalizeName', 'name', request.name);
    const arn = this.newArn(`dataset-group/${request.name}`, this.groups);
    this.groups.set(arn, { ...request, arn, created: this.world.clock.now() });
    return arn;
  }

  public deleteDatasetGroup(arn: string): void {
    existing(this.groups, arn, 'dataset group');
    this.refuseWhile([...this.datasets.values()].some(({ groupArn }) => groupArn === arn), arn);
    this.groups.delete(arn);
  }

  /** Unless it starts empty, the dataset has the records of the file given to local AWS, or of the sample. */
  public createDataset(request: { name: string; datasetGroupArn: string; datasetType: string; schemaArn: string; empty?: boolean }): string {
    checkLength('personalizeName', 'name', request.name);
    const group = existing(this.groups, request.datasetGroupArn, 'dataset group');
    const { fields, domain } = existing(this.schemas, request.schemaArn, 'schema');
    // https://docs.aws.amazon.com/personalize/latest/dg/API_CreateSchema.html
    if (domain !== group.domain) {
      throw new ServiceError('InvalidInputException', `The domain of the schema, ${domain}, is not that of the dataset group, ${group.domain}`);
    }
    const type = request.datasetType.toUpperCase() as DatasetType;
    if (!TYPES.includes(type)) { throw new ServiceError('InvalidInputException', `Dataset type ${request.datasetType} is not valid`); }
    const arn = this.newArn(`dataset/${group.name}/${type}`, this.datasets);
    this.datasets.set(arn, {
      name: request.name,
      arn,
      type,
      groupArn: group.arn,
      schemaArn: request.schemaArn,
      created: this.world.clock.now(),
      records: { bulk: request.empty ? [] : this.initialRows(type, fields.map(({ name }) => name)), put: [] },
    });
    return arn;
  }

  public deleteDataset(arn: string): void {
    existing(this.datasets, arn, 'dataset');
    this.datasets.delete(arn);
  }

  public dataset(arn: string): Dataset {
    return existing(this.datasets, arn, 'dataset');
  }

  public group(arn: string): DatasetGroup {
    return existing(this.groups, arn, 'dataset group');
  }

  /** In the order of their creation. */
  public datasetsOf(groupArn: string): Dataset[] {
    this.group(groupArn);
    return [...this.datasets.values()].filter(dataset => dataset.groupArn === groupArn);
  }

  /** In the order of the dataset's schema. */
  public columns(dataset: Dataset): string[] {
    return this.fields(dataset).map(({ name }) => name);
  }

  /** The same with their types. */
  public fields(dataset: Dataset): SchemaField[] {
    return existing(this.schemas, dataset.schemaArn, 'schema').fields;
  }

  /** Creates a dataset from CSV, with a schema of its columns, and its group unless that exists. Returns the dataset's ARN. */
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
    const { records } = this.dataset(arn);
    const rows = (text: string): Row[] => inSchema(csvColumns(csv), parseCsv(text));
    records.bulk = rows(csv);
    records.put = putCsv === undefined ? [] : rows(putCsv);
    return arn;
  }

  private initialRows(type: DatasetType, columns: string[]): Row[] {
    const { interactionsCsv } = this.world;
    return type === 'INTERACTIONS' && interactionsCsv !== undefined ? inSchema(columns, parseCsv(interactionsCsv)) : sampleRows(type, columns);
  }

  private arn(resource: string): string {
    return `arn:aws:personalize:${this.world.region}:${ACCOUNT}:${resource}`;
  }

  private newArn(resource: string, resources: Map<string, unknown>): string {
    const arn = this.arn(resource);
    if (resources.has(arn)) { throw new ServiceError('ResourceAlreadyExistsException', `Another resource with Arn ${arn} already exists.`); }
    return arn;
  }

  private refuseWhile(inUse: boolean, arn: string): void {
    if (inUse) { throw new ServiceError('ResourceInUseException', `Resource ${arn} is in use.`); }
  }
}

function existing<T>(resources: Map<string, T>, arn: string, kind: string): T {
  return found(resources.get(arn), () => new ServiceError('ResourceNotFoundException', `The given ${kind} does not exist: ${arn}`));
}
