import './promise-with-resolvers';
import './indefinite-paths';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Library from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { simulatedTime } from './simulated-time';
import type { Clock } from '../core';

export type { StateMachineDefinition } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };

export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

/** The library, with the clock's time in place of this process's: what it waits for, it waits for in simulated time. */
export function libraryWith(clock: Clock): typeof Library {
  // the library's types are for ES modules only, its code is not
  const file = require.resolve('aws-local-stepfunctions');
  const module_ = { exports: {} };
  const { Date: SimulatedDate, setTimeout: setTimer, clearTimeout: clearTimer } = simulatedTime(clock);
  // a module's function has these names as parameters as well; it must see the same Object and Promise as we do
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const load = new Function('module', 'exports', 'require', 'Date', 'setTimeout', 'clearTimeout', readFileSync(file, 'utf8'));
  load(module_, module_.exports, createRequire(file), SimulatedDate, setTimer, clearTimer);
  return module_.exports as typeof Library;
}
