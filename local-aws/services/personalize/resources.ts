import { text, type ResourceTypes } from '../../cloudformation/resource-type';

export const personalizeResources: ResourceTypes = {
  'AWS::Personalize::Schema': {
    properties: ['Name', 'Schema'],
    create({ Name, Schema }, { world }) {
      const arn = world.personalize.datasets.createSchema(String(Name), String(Schema));
      return { physicalId: arn, attributes: { SchemaArn: arn } };
    },
    delete({ physicalId }, { world }) {
      world.personalize.datasets.deleteSchema(physicalId);
    },
  },

  'AWS::Personalize::DatasetGroup': {
    properties: ['Name', 'Domain', 'KmsKeyArn', 'RoleArn'],
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
    properties: ['Name', 'DatasetGroupArn', 'DatasetType', 'SchemaArn'],
    create({ Name, DatasetGroupArn, DatasetType, SchemaArn }, { world }) {
      const arn = world.personalize.datasets.createDataset({
        name: String(Name), datasetGroupArn: String(DatasetGroupArn), datasetType: String(DatasetType), schemaArn: String(SchemaArn),
      });
      return { physicalId: arn, attributes: { DatasetArn: arn } };
    },
    delete({ physicalId }, { world }) {
      world.personalize.datasets.deleteDataset(physicalId);
    },
  },
};
