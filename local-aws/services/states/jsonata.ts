import jsonata from 'jsonata';
import { StateFailure } from './failures';
import type { JSONValue } from './library';
import type { Clock } from '../../core';

const EXPRESSION = /^\{%([^]*)%\}$/;

/** The reserved variable `$states`. */
export interface States {
  readonly input: JSONValue;
  readonly context: object;
  readonly result?: JSONValue;
  readonly errorOutput?: JSONValue;
}

/**
 * Evaluates the expressions in a value of a JSONata state.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export async function evaluated(value: JSONValue, states: States, clock: Clock): Promise<JSONValue> {
  if (Array.isArray(value)) { return Promise.all(value.map(element => evaluated(element, states, clock))); }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([name, member]) => [name, await evaluated(member, states, clock)])));
  }
  const text = typeof value === 'string' ? EXPRESSION.exec(value)?.[1] : undefined;
  return text === undefined ? value : result(text, states, clock);
}

async function result(text: string, states: States, clock: Clock): Promise<JSONValue> {
  let found: unknown;
  try {
    const expression = jsonata(text.trim());
    expression.registerFunction('millis', () => clock.now(), '<:n>');
    expression.registerFunction('now', () => new Date(clock.now()).toISOString(), '<:s>');
    found = await expression.evaluate(null, { states });
  } catch (error) {
    throw new StateFailure('States.QueryEvaluationError', `The JSONata expression '${text}' failed: ${(error as Error).message}`);
  }
  if (found === undefined) {
    throw new StateFailure('States.QueryEvaluationError', `The JSONata expression '${text}' returned nothing (undefined).`);
  }
  return JSON.parse(JSON.stringify(found)) as JSONValue;
}
