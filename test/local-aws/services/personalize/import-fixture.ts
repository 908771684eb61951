import { BUCKET, ExportFixture } from './export-fixture';
import type { ImportJobRequest } from '../../../../local-aws/services/personalize/import-jobs';
import type { Row } from '../../../../local-aws/services/personalize/records';
import type { DatasetType, ImportJobRecord } from '../../../../local-aws/wire';

export const FIELDS = [
  { name: 'ITEM_ID', type: 'string' },
  { name: 'NAME', type: ['null', 'string'] },
  { name: 'GENRES', type: ['string', 'null'], categorical: true },
  { name: 'TEXT', type: ['null', 'string'], textual: true },
  { name: 'STOCK', type: ['null', 'int'] },
  { name: 'CREATION_TIMESTAMP', type: 'long' },
  { name: 'PRICE', type: ['float', 'null'] },
  { name: 'RATING', type: ['double', 'null'] },
  { name: 'ADULT', type: ['boolean', 'null'] },
];
export const HEADER = FIELDS.map(({ name }) => name).join();

/** An account in which an import works as well. */
export class ImportFixture extends ExportFixture {
  constructor() {
    super();
    this.allowRole(['s3:GetObject'], [`arn:aws:s3:::${BUCKET}/*`], 'get');
    this.s3.updateBucket(BUCKET, { policy: this.bucketPolicy(['s3:ListBucket', 's3:PutObject', 's3:GetObject']) });
  }

  /** An empty dataset. */
  public dataset(type: DatasetType = 'ITEMS', fields: object[] = FIELDS, group = 'copies'): string {
    const datasetGroupArn = this.datasets.createDatasetGroup({ name: group });
    const schemaArn = this.datasets.createSchema(group, JSON.stringify({ type: 'record', name: type, fields }));
    return this.datasets.createDataset({ name: group, datasetGroupArn, datasetType: type, schemaArn, empty: true });
  }

  public put(key: string, body: string | Buffer): void {
    this.s3.putObject(BUCKET, key, Buffer.from(body));
  }

  /** Creates a job and lets it come to its end. */
  public async import(datasetArn: string, change: Partial<ImportJobRequest> = {}): Promise<ImportJobRecord> {
    const { datasetImportJobArn } = await this.call('CreateDatasetImportJob', {
      jobName: `import-${this.personalize.imports.all.length}`, datasetArn, roleArn: this.roleArn, dataSource: { dataLocation: `s3://${BUCKET}/out/` }, ...change,
    });
    await this.clock.advance(120_000);
    return this.personalize.importJobs().find(job => job.datasetImportJobArn === datasetImportJobArn)!;
  }

  /** The records of the dataset that are not put individually. */
  public bulk(datasetArn: string): Row[] {
    return this.datasets.dataset(datasetArn).records.bulk;
  }

  public async importMany(datasetArn: string, count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      await this.call('CreateDatasetImportJob', {
        jobName: `many-${index}`, datasetArn, roleArn: this.roleArn, dataSource: { dataLocation: `s3://${BUCKET}/out/` },
      });
    }
  }
}
