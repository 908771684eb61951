import type { Stack } from './stack';
import { NotSupportedError } from '../../core';
import { missingAttribute } from '../custom-resource/attributes';
import { isCustomResource } from '../custom-resource/type-name';
import type { Blueprint } from '../template/blueprint';
import type { Scope } from '../template/scope';
import { invalid } from '../template/template';

/** What a stack's resources can refer to while they are made. */
export function stackScope(
  stack: Stack, { template, parameters, conditions }: Blueprint, others: Pick<Scope, 'importValue' | 'stackOutput'>,
): Scope {
  const resource = (logicalId: string) => {
    const state = stack.resources.get(logicalId);
    if (!state) {
      throw invalid(`Template error: instance of Ref or Fn::GetAtt references undefined resource ${logicalId}`);
    }
    return state;
  };
  return {
    template,
    parameters,
    conditions,
    ...others,
    physicalId: logicalId => resource(logicalId).physicalId,
    attribute: (logicalId, name) => {
      const state = resource(logicalId);
      const value = state.attributes[name];
      if (value === undefined) {
        throw isCustomResource(state.type) ? missingAttribute(name, stack.id, logicalId) : new NotSupportedError(`the attribute ${name} of ${state.type}`);
      }
      return value;
    },
  };
}
