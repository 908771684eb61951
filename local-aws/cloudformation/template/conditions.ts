import { resolve } from './intrinsics';
import type { Scope } from './scope';
import { misplacedStackOutput } from './stack-output';
import { invalid, type Template } from './template';
import { NotSupportedError, found } from '../../core';

/** The values of all conditions of a template. */
export function evaluateConditions(template: Template, parameters: ReadonlyMap<string, string | string[]>): Map<string, boolean> {
  const results = new Map<string, boolean>();
  const evaluateNamed = (name: string): boolean => {
    const known = results.get(name);
    if (known !== undefined) { return known; }
    const definition = found(template.Conditions?.[name], () => (
      invalid(`Template format error: Unresolved condition dependencies [${name}] in the Conditions block of the template`)));
    const result = evaluate(definition);
    results.set(name, result);
    return result;
  };
  const evaluate = (condition: unknown): boolean => {
    const [name, argument] = Object.entries(condition as object)[0];
    switch (name) {
      case 'Condition':
        return evaluateNamed(argument);
      case 'Fn::Equals': {
        const [left, right] = (argument as unknown[]).map(value => resolve(value, scope));
        return String(left) === String(right);
      }
      case 'Fn::Not':
        return !evaluate(argument[0]);
      case 'Fn::And':
        return (argument as unknown[]).every(evaluate);
      case 'Fn::Or':
        return (argument as unknown[]).some(evaluate);
      default:
        throw new NotSupportedError(`${name} as a condition`);
    }
  };
  const scope = parameterScope(template, parameters, results);
  Object.keys(template.Conditions ?? {}).forEach(evaluateNamed);
  return results;
}

/** The scope where only parameters can be referred to. */
export function parameterScope(template: Template, parameters: Scope['parameters'], conditions: Scope['conditions']): Scope {
  const unresolved = (name: string): never => {
    throw invalid(`Template error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`);
  };
  return {
    template,
    parameters,
    conditions,
    physicalId: unresolved,
    attribute: unresolved,
    importValue: unresolved,
    stackOutput: () => { throw misplacedStackOutput(); },
  };
}
