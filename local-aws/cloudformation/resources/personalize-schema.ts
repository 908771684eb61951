import type { ResourceType } from './resource-type';

export const schema: ResourceType = {
  properties: { Name: 'replace', Schema: 'replace' },
  required: ['Name', 'Schema'],
  create(properties, { world }) {
    const arn = world.personalize.createSchema(String(properties.Name), String(properties.Schema));
    return { physicalId: arn, attributes: { SchemaArn: arn } };
  },
  update: (_properties, existing) => existing,
  delete({ physicalId }, { world }) {
    world.personalize.deleteSchema(physicalId);
  },
};
