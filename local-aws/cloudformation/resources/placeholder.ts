import type { Made, Properties, ResourceContext, ResourceType } from './resource-type';

/** A resource that has an id and attributes, and does nothing. */
export function placeholder(
  properties: ResourceType['properties'], make: (properties: Properties, context: ResourceContext) => Made, required: string[] = [],
): ResourceType {
  return {
    properties,
    required,
    create: make,
    update: (changed, { physicalId }, context) => ({ ...make(changed, context), physicalId }),
    delete: () => undefined,
  };
}
