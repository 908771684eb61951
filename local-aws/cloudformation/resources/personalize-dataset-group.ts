import type { ResourceType } from './resource-type';
import { text } from './values';

export const datasetGroup: ResourceType = {
  properties: { Name: 'replace', Domain: 'replace', KmsKeyArn: 'replace', RoleArn: 'replace' },
  required: ['Name'],
  create(properties, { world }) {
    const arn = world.personalize.createDatasetGroup({
      name: String(properties.Name), kmsKeyArn: text(properties, 'KmsKeyArn'), roleArn: text(properties, 'RoleArn'), domain: text(properties, 'Domain'),
    });
    return { physicalId: arn, attributes: { DatasetGroupArn: arn } };
  },
  update: (_properties, existing) => existing,
  delete({ physicalId }, { world }) {
    world.personalize.deleteDatasetGroup(physicalId);
  },
};
