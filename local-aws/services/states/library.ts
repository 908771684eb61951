import './indefinite-paths';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
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

/** What the library has inside of it: JSONPath, intrinsic functions and choice rules. */
interface Internals {
  readonly ChoiceStateAction: new (state: object, name: string) => { execute(input: JSONValue, context: object): Promise<{ nextState: string }> };
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

const INTERNALS = [
  'processInputPath', 'processOutputPath', 'processResultPath', 'processPayloadTemplate', 'jsonPathQuery', 'ChoiceStateAction', 'StatesHash',
  'BaseIntrinsicFunction', 'parseArguments', 'validateArguments',
];

/**
 * aws-local-stepfunctions runs whole state machines only, and forgets what they have done: it knows no quotas and no redrive. So its
 * parts are used, which say what a path, an intrinsic function and a choice rule mean. Its version is pinned.
 */
function load(): typeof Library & Internals {
  // the library's types are for ES modules only, its code is not
  const file = require.resolve('aws-local-stepfunctions');
  const module_ = { exports: {} };
  const code = `${readFileSync(file, 'utf8')}\nObject.assign(module.exports, { ${INTERNALS.join(', ')} });`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  new Function('module', 'exports', 'require', code)(module_, module_.exports, createRequire(file));
  return module_.exports as typeof Library & Internals;
}

export const library = load();

// version 3.0.0 takes all backslashes out of what a function gives, those of JSON too
library.BaseIntrinsicFunction.prototype.call = function (this: IntrinsicFunction, input, context, ...args) {
  if (args.some(arg => arg.startsWith('\'') && arg.includes('\\'))) {
    throw new NotSupportedError(`a backslash in a text of an intrinsic function: ${args.join(', ')}`);
  }
  const parsed = library.parseArguments(input, context, ...args);
  library.validateArguments(this.funcDefinition, ...parsed);
  return this.execute(...parsed);
};
// and hashes the first 64 bytes of a text only
library.StatesHash.prototype.execute = (text, algorithm) => createHash(algorithm.replace('-', '').toLowerCase()).update(text).digest('hex');
