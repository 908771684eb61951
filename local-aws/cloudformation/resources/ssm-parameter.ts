import type { Properties, ResourceType } from './resource-type';
import { text } from './values';
import { NotSupportedError } from '../../core';
import { physicalName } from '../engine/names';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
export const parameter: ResourceType = {
  properties: { Name: 'replace', Type: 'update', Value: 'update', Description: 'update', Tags: 'update' },
  required: ['Type', 'Value'],
  create(properties, { world, stack, logicalId }) {
    const name = text(properties, 'Name') ?? `CFN-${physicalName(stack.name, logicalId)}`;
    world.ssm.createParameter(name, value(properties));
    return { physicalId: name, attributes: attributes(properties) };
  },
  update(properties, { physicalId }, { world }) {
    world.ssm.setParameter(physicalId, value(properties));
    return { physicalId, attributes: attributes(properties) };
  },
  delete({ physicalId }, { world }) {
    world.ssm.deleteParameter(physicalId);
  },
};

function value({ Type, Value }: Properties): string {
  if (Type !== 'String') {
    throw new NotSupportedError(`an SSM parameter of type ${String(Type)}`);
  }
  return String(Value);
}

function attributes(properties: Properties): Record<string, unknown> {
  return { Type: properties.Type, Value: value(properties) };
}
