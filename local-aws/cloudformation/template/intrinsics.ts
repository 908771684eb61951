import type { Scope } from './scope';
import { stackOutputReference } from './stack-output';
import { chosen, intrinsicName, invalid, subPieces, type ResourceDefinition } from './template';
import { NotSupportedError, found } from '../../core';

/** `AWS::NoValue` removes the property or list element that it stands for. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, scope: Scope) => unknown;

const INTRINSICS: Record<string, Intrinsic> = {
  'Ref': (name, scope) => ref(String(name), scope),
  'Fn::GetAtt': (argument, scope) => {
    const [logicalId, ...attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
    return scope.attribute(logicalId, attribute.map(part => resolve(part, scope)).join('.'));
  },
  'Fn::Join': (argument, scope) => {
    const [delimiter, values] = list(argument, 'Fn::Join', scope, 2);
    if (!Array.isArray(values)) {
      throw invalid('Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined');
    }
    return values.map(value => scalar(value, 'Fn::Join')).join(String(delimiter));
  },
  'Fn::Sub': (argument, scope) => {
    const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return subPieces(String(text)).map(piece => {
      if ('text' in piece) { return piece.text; }
      const { variable } = piece;
      if (variable in variables) { return scalar(resolve(variables[variable], scope), 'Fn::Sub'); }
      const dot = variable.indexOf('.');
      return scalar(dot < 0 ? ref(variable, scope) : scope.attribute(variable.slice(0, dot), variable.slice(dot + 1)), 'Fn::Sub');
    }).join('');
  },
  'Fn::Select': (argument, scope) => {
    const [index, values] = list(argument, 'Fn::Select', scope, 2);
    const value: unknown = Array.isArray(values) ? values[Number(index)] : undefined;
    return found(value, () => invalid(`Template error: Fn::Select cannot select nonexistent value at index ${String(index)}`));
  },
  'Fn::Split': (argument, scope) => {
    const [delimiter, text] = list(argument, 'Fn::Split', scope, 2);
    return scalar(text, 'Fn::Split').split(String(delimiter));
  },
  'Fn::If': (argument, scope) => resolve(chosen(argument, scope.conditions), scope),
  'Fn::FindInMap': (argument, scope) => {
    const [map, first, second] = list(argument, 'Fn::FindInMap', scope, 3).map(String);
    const unmapped = () => invalid(`Template error: Unable to get mapping for ${map}::${first}::${second}`);
    return found(scope.template.Mappings?.[map]?.[first]?.[second], unmapped);
  },
  'Fn::ImportValue': (argument, scope) => scope.importValue(scalar(resolve(argument, scope), 'Fn::ImportValue')),
  'Fn::GetStackOutput': (argument, scope) => scope.stackOutput(stackOutputReference(resolve(argument, scope), scope.parameters.get('AWS::Region'))),
  'Fn::Base64': (argument, scope) => Buffer.from(scalar(resolve(argument, scope), 'Fn::Base64')).toString('base64'),
};

/** Evaluates all intrinsic functions in a value. Unknown ones are refused by name. */
export function resolve(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) { return value.map(element => resolve(element, scope)).filter(element => element !== NO_VALUE); }
  if (typeof value === 'string' && value.includes('{{resolve:')) { throw new NotSupportedError(`dynamic references: ${value}`); }
  if (value === null || typeof value !== 'object') { return value; }
  const name = intrinsicName(value);
  if (name) {
    const intrinsic = found(INTRINSICS[name], () => new NotSupportedError(`the intrinsic function ${name}`));
    return intrinsic((value as Record<string, unknown>)[name], scope);
  }
  return Object.fromEntries(Object.entries(value)
    .map(([key, member]) => [key, resolve(member, scope)] as const)
    .filter(([, member]) => member !== NO_VALUE));
}

export function resolveProperties({ Properties = {} }: ResourceDefinition, scope: Scope): Readonly<Record<string, unknown>> {
  return resolve(Properties, scope) as Record<string, unknown>;
}

function ref(name: string, scope: Scope): unknown {
  return name === 'AWS::NoValue' ? NO_VALUE : scope.parameters.get(name) ?? scope.physicalId(name);
}

function list(argument: unknown, name: string, scope: Scope, length: number): unknown[] {
  if (!Array.isArray(argument) || argument.length !== length) { throw invalid(`Template error: ${name} requires a list of ${length} arguments`); }
  return argument.map(element => resolve(element, scope));
}

function scalar(value: unknown, name: string): string {
  if (value === null || value === undefined || typeof value === 'object' || typeof value === 'symbol') {
    throw invalid(`Template error: ${name} needs strings, not ${typeof value === 'symbol' ? 'AWS::NoValue' : JSON.stringify(value)}`);
  }
  return String(value);
}
