import { physicalName, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { NotSupportedError } from '../../core';

export const ssmResources: ResourceTypes = {
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html */
  'AWS::SSM::Parameter': {
    properties: ['Name', 'Type', 'Value', 'Description', 'Tags'],
    create(properties, context) {
      const name = text(properties, 'Name') ?? `CFN-${physicalName(context)}`;
      context.world.ssm.createParameter(name, value(properties));
      return { physicalId: name, attributes: attributes(properties) };
    },
    update(properties, { physicalId }, { world }) {
      world.ssm.setParameter(physicalId, value(properties));
      return { physicalId, attributes: attributes(properties) };
    },
    delete({ physicalId }, { world }) {
      world.ssm.deleteParameter(physicalId);
    },
  },
};

function value({ Type, Value }: Properties): string {
  if (Type !== 'String') { throw new NotSupportedError(`an SSM parameter of type ${String(Type)}`); }
  return String(Value);
}

function attributes(properties: Properties): Record<string, unknown> {
  return { Type: properties.Type, Value: value(properties) };
}
