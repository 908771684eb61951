import { references } from './references';
import { dependsOn, intrinsicName, type Template } from './template';
import { RULES } from '../rules';

/** CloudFormation looks up every name in a template, in resources and branches that its conditions leave out as well. */
export function checkNames(template: Template, parameters: ReadonlyMap<string, unknown>): void {
  const { Resources, Outputs = {}, Conditions = {} } = template;
  const isKnown = (name: string) => name in Resources || parameters.has(name) || name === 'AWS::NoValue';
  const referred = (value: unknown) => references(value).map(({ name }) => name).filter(name => !isKnown(name));
  refuse(Object.values(Resources).flatMap(definition => (
    [...dependsOn(definition).filter(name => !(name in Resources)), ...referred(definition.Properties)])), 'resource', 'Resources');
  refuse(Object.values(Outputs).flatMap(({ Value }) => referred(Value)), 'resource', 'Outputs');
  refuse(chosenBy(Object.values(Resources).map(({ Properties }) => Properties)).filter(name => !(name in Conditions)), 'condition', 'Resources');
  refuse(chosenBy(Object.values(Outputs).map(({ Value }) => Value)).filter(name => !(name in Conditions)), 'condition', 'Outputs');
}

function refuse(names: readonly string[], kind: 'resource' | 'condition', block: string): void {
  if (names.length > 0) { throw RULES.unresolved(kind, [...new Set(names)], block); }
}

/** The conditions of all Fn::If in a value. */
function chosenBy(value: unknown): string[] {
  if (value === null || typeof value !== 'object') { return []; }
  const inner = Object.values(value).flatMap(chosenBy);
  return intrinsicName(value) === 'Fn::If' ? [String((value as Record<string, unknown[]>)['Fn::If'][0]), ...inner] : inner;
}
