import type { Stack } from './stack';
import { NotSupportedError, found } from '../../core';
import { isCustomResource } from '../custom-resource/custom-resources';
import { ResourceSpecification } from '../resource-specification';
import type { Blueprint } from '../template/blueprint';
import type { Scope } from '../template/scope';
import { invalid } from '../template/template';

/** What a stack's resources can refer to. */
export function stackScope(
  stack: Stack, { template, parameters, conditions }: Blueprint, others: Pick<Scope, 'importValue' | 'stackOutput'>,
): Scope {
  const resource = (logicalId: string) => found(stack.resources.get(logicalId), () => (
    invalid(`Template error: instance of Ref or Fn::GetAtt references undefined resource ${logicalId}`)));
  return {
    template,
    parameters,
    conditions,
    ...others,
    physicalId: logicalId => {
      const { type, physicalId, properties, attributes } = resource(logicalId);
      return physicalId === undefined ? undefined : ResourceSpecification.of(type)?.ref({ physicalId, properties, attributes }) ?? physicalId;
    },
    attribute: (logicalId, name) => {
      const state = resource(logicalId);
      return found(state.attributes[name], () => isCustomResource(state.type)
        ? new Error(`CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${stack.id}|${logicalId}`)
        : new NotSupportedError(`the attribute ${name} of ${state.type}`));
    },
  };
}
