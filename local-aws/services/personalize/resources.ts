import { validate } from './validation';
import { Cancelled, ResourceFailure, record, refuseOtherMembers, text, type ResourceContext, type ResourceTypes } from '../../cloudformation/resource-type';
import { ServiceError, aborted } from '../../core';

export const personalizeResources: ResourceTypes = {
  'AWS::Personalize::Schema': {
    properties: ['Name', 'Schema', 'Domain', 'Tags'],
    create(properties, { world }) {
      const arn = world.personalize.datasets.createSchema(String(properties.Name), String(properties.Schema), text(properties, 'Domain'));
      return { physicalId: arn, attributes: { SchemaArn: arn } };
    },
    delete({ physicalId }, { world }) {
      world.personalize.datasets.deleteSchema(physicalId);
    },
  },

  'AWS::Personalize::DatasetGroup': {
    properties: ['Name', 'Domain', 'KmsKeyArn', 'RoleArn', 'Tags'],
    create(properties, { world }) {
      const arn = world.personalize.datasets.createDatasetGroup({
        name: String(properties.Name), kmsKeyArn: text(properties, 'KmsKeyArn'), roleArn: text(properties, 'RoleArn'), domain: text(properties, 'Domain'),
      });
      return { physicalId: arn, attributes: { DatasetGroupArn: arn } };
    },
    delete({ physicalId }, { world }) {
      world.personalize.datasets.deleteDatasetGroup(physicalId);
    },
  },

  'AWS::Personalize::Dataset': {
    properties: ['Name', 'DatasetGroupArn', 'DatasetType', 'SchemaArn', 'DatasetImportJob', 'Tags'],
    async create({ Name, DatasetGroupArn, DatasetType, SchemaArn, DatasetImportJob }, context) {
      const arn = context.world.personalize.datasets.createDataset({
        name: String(Name),
        datasetGroupArn: String(DatasetGroupArn),
        datasetType: String(DatasetType),
        schemaArn: String(SchemaArn),
        empty: DatasetImportJob !== undefined,
      });
      if (DatasetImportJob !== undefined) { await importInto(arn, DatasetImportJob, context); }
      return { physicalId: arn, attributes: { DatasetArn: arn } };
    },
    /** Only its import job can change without a replacement. */
    async update({ DatasetImportJob }, { physicalId }, context) {
      if (DatasetImportJob !== undefined) { await importInto(physicalId, DatasetImportJob, context); }
    },
    async delete({ physicalId }, { world: { personalize } }) {
      // https://docs.aws.amazon.com/personalize/latest/dg/API_DeleteDataset.html: not while an import is pending or in progress
      await Promise.all(personalize.imports.all.filter(({ request }) => request.datasetArn === physicalId).map(({ ended }) => ended));
      personalize.datasets.deleteDataset(physicalId);
    },
  },
};

/**
 * Waits until the job is done. Whether CloudFormation does is not documented.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-personalize-dataset-datasetimportjob.html
 */
async function importInto(datasetArn: string, importJob: unknown, { world: { personalize }, signal }: ResourceContext): Promise<void> {
  refuseOtherMembers(importJob, ['JobName', 'DataSource', 'RoleArn'], 'DatasetImportJob');
  const { JobName, DataSource, RoleArn } = record(importJob);
  const { DataLocation } = record(DataSource);
  const request = { jobName: String(JobName), datasetArn, dataSource: { dataLocation: String(DataLocation) }, roleArn: String(RoleArn) };
  try {
    // all of its properties are required, says the page of the dataset
    for (const [name, value] of Object.entries({ JobName, DataLocation, RoleArn })) {
      if (value === undefined) { throw new ServiceError('ValidationException', `${name} of DatasetImportJob is required`); }
    }
    validate('CreateDatasetImportJob', request);
    const job = await personalize.imports.create(request);
    await Promise.race([job.ended, aborted(signal)]);
    if (signal.aborted) { throw new Cancelled(datasetArn); }
    if (job.status !== 'ACTIVE') { throw new ServiceError('GeneralServiceException', job.failureReason ?? job.status); }
  } catch (error) {
    throw error instanceof ServiceError ? new ResourceFailure(error.message, datasetArn) : error;
  }
}
