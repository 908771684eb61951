import './promise-with-resolvers';
import './indefinite-paths';
import type * as Library from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };

export type { StateMachineDefinition } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };

// the library's types are for ES modules only, its code is not
// eslint-disable-next-line @typescript-eslint/no-require-imports
export const { StateMachine } = require('aws-local-stepfunctions') as typeof Library;

export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };
