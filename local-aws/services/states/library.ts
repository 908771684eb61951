import { createHash } from 'crypto';
import { readFileSync } from 'fs';
import { createRequire } from 'module';
import type * as Library from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { NotSupportedError } from '../../core';

export type { StateMachineDefinition } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };

export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

type Template = unknown;

interface IntrinsicFunction {
  readonly funcDefinition: object;
  call(input: JSONValue, context: object, ...args: string[]): JSONValue;
  execute(...args: JSONValue[]): JSONValue;
}

interface Query {
  readonly path: string;
  readonly wrap?: boolean;
}

/** What the library does not export: JSONPath, intrinsic functions and choice rules. */
interface Internals {
  readonly ChoiceStateAction: new (state: object, name: string) => { execute(input: JSONValue, context: object): Promise<{ nextState: string }> };
  readonly StatesArrayGetItem: { readonly prototype: { execute(array: JSONValue[], index: number): JSONValue } };
  readonly StatesHash: { readonly prototype: { execute(text: string, algorithm: string): string } };
  readonly BaseIntrinsicFunction: { readonly prototype: IntrinsicFunction };
  parseArguments(input: JSONValue, context: object, ...args: string[]): JSONValue[];
  validateArguments(definition: object, ...args: JSONValue[]): void;
  processInputPath(path: string | null | undefined, input: JSONValue, context: object): JSONValue;
  processOutputPath(path: string | null | undefined, output: JSONValue, context: object): JSONValue;
  processResultPath(path: string | null | undefined, input: JSONValue, result: JSONValue): JSONValue;
  processPayloadTemplate(template: Template, input: JSONValue, context: object): JSONValue;
  jsonPathQuery(path: string, input: JSONValue, context: object): JSONValue;
}

interface SchemaCheck {
  (data: unknown): boolean;
  readonly errors?: unknown;
}

interface Ajv {
  errors?: unknown;
  getSchema(id: string): SchemaCheck;
  compile(schema: unknown): SchemaCheck;
  validate(this: Ajv, schema: unknown, data: unknown): boolean;
}

const INTERNALS = [
  'processInputPath', 'processOutputPath', 'processResultPath', 'processPayloadTemplate', 'jsonPathQuery', 'ChoiceStateAction', 'StatesHash',
  'StatesArrayGetItem', 'BaseIntrinsicFunction', 'parseArguments', 'validateArguments',
];

/**
 * aws-local-stepfunctions can only run whole state machines, without quotas and redrives. So only its parts are used: paths, intrinsic
 * functions and choice rules. Its version is pinned.
 */
function load(): typeof Library & Internals {
  // its types are for ES modules only, its code is not
  const file = require.resolve('aws-local-stepfunctions');
  const module_ = { exports: {} };
  const code = `${readFileSync(file, 'utf8')}\nObject.assign(module.exports, { ${INTERNALS.join(', ')} });`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function('module', 'exports', 'require', code)(module_, module_.exports, createRequire(file));
  return module_.exports as typeof Library & Internals;
}

/**
 * In Step Functions, the result of an indefinite path (`[*]`, `..`, a filter, a slice) is a list, empty if nothing matches. There the library's
 * JSONPath returns undefined, and the library fails.
 */
function patchIndefinitePaths(): void {
  // a dependency of the library
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const module_ = require('jsonpath-plus') as { JSONPath: (query: Query) => unknown };
  const original = module_.JSONPath;
  module_.JSONPath = Object.assign((query: Query): unknown => {
    const result = original(query);
    return result === undefined && query.wrap === false && /\[\*\]|\.\.|\[\?|\[\d*:\d*\]/.test(query.path) ? [] : result;
  }, original);
}

/** The validator of definitions compiles its schemas for each one, which takes longer than all else that a deployment does here. */
function compileSchemasOnce(): void {
  const validator = createRequire(require.resolve('aws-local-stepfunctions')).resolve('asl-validator');
  const { default: { prototype } } = createRequire(validator)('ajv') as { default: { prototype: Ajv } };
  const compiled = new Map<unknown, SchemaCheck>();
  prototype.validate = function (schema, data) {
    const check = compiled.get(schema) ?? (typeof schema === 'string' ? this.getSchema(schema) : this.compile(schema));
    compiled.set(schema, check);
    const valid = check(data);
    this.errors = check.errors;
    return valid;
  };
}

patchIndefinitePaths();
compileSchemasOnce();
export const library = load();

// version 3.0.0 removes all backslashes from a function's result, even those of JSON
library.BaseIntrinsicFunction.prototype.call = function (this: IntrinsicFunction, input, context, ...args) {
  if (args.some(arg => arg.startsWith('\'') && arg.includes('\\'))) {
    throw new NotSupportedError(`a backslash in a text of an intrinsic function: ${args.join(', ')}`);
  }
  const parsed = library.parseArguments(input, context, ...args);
  library.validateArguments(this.funcDefinition, ...parsed);
  return this.execute(...parsed);
};
// it has null where an array ends: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html on States.IntrinsicFailure
library.StatesArrayGetItem.prototype.execute = (array, index) => {
  if (!(index in array)) { throw Object.assign(new Error(`The array has no element ${index}`), { name: 'States.IntrinsicFailure' }); }
  return array[index]!;
};
// and hashes only the first 64 bytes
library.StatesHash.prototype.execute = (text, algorithm) => createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex');
