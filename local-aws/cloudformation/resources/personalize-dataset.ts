import type { ResourceType } from './resource-type';

export const dataset: ResourceType = {
  properties: { Name: 'replace', DatasetGroupArn: 'replace', DatasetType: 'replace', SchemaArn: 'replace' },
  required: ['Name', 'DatasetGroupArn', 'DatasetType', 'SchemaArn'],
  create(properties, { world }) {
    const arn = world.personalize.createDataset({
      name: String(properties.Name),
      datasetGroupArn: String(properties.DatasetGroupArn),
      datasetType: String(properties.DatasetType),
      schemaArn: String(properties.SchemaArn),
    });
    return { physicalId: arn, attributes: { DatasetArn: arn } };
  },
  update: (_properties, existing) => existing,
  delete({ physicalId }, { world }) {
    world.personalize.deleteDataset(physicalId);
  },
};
