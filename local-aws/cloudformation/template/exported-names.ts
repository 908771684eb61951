import { parameterScope } from './conditions';
import { resolve } from './intrinsics';
import { references } from './references';
import type { Scope } from './scope';
import { intrinsicName, type Template } from './template';
import { RULES } from '../rules';

/** Names of exports and of imports must be known before there are any resources, and a template exports each name once. */
export function checkExportedNames(template: Template, { parameters, conditions, outputs }: Pick<Scope, 'parameters' | 'conditions'> & { outputs: Iterable<string> }): void {
  const isFixed = (value: unknown) => argumentsOf('Fn::ImportValue', value).length === 0 && references(value).every(({ name }) => !(name in template.Resources));
  const { Resources, Outputs = {} } = template;
  if (!argumentsOf('Fn::ImportValue', [Resources, Outputs]).every(isFixed)) { throw RULES.importOfResource(); }
  const scope = parameterScope(template, parameters, conditions);
  const named = [...outputs].filter(output => Outputs[output].Export).map(output => {
    const value = Outputs[output].Export!.Name;
    if (!isFixed(value)) { throw RULES.exportNameOfResource(output); }
    const name = resolve(value, scope);
    if (typeof name !== 'string' || !/^[A-Za-z0-9:-]+$/.test(name)) { throw RULES.exportNameMalformed(output); }
    return name;
  });
  const twice = named.filter((name, index) => named.indexOf(name) !== index);
  if (twice.length > 0) { throw RULES.exportedTwice([...new Set(twice)]); }
}

/** The arguments of all calls of an intrinsic function, in all branches. */
function argumentsOf(name: string, value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') { return []; }
  const inner = Object.values(value).flatMap(member => argumentsOf(name, member));
  return intrinsicName(value) === name ? [(value as Record<string, unknown>)[name], ...inner] : inner;
}
