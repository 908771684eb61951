import type { State } from './definition';
import { evaluated } from './jsonata';
import { library, type JSONValue } from './library';
import type { Clock } from '../../core';

/** The Context Object. */
export type Context = Readonly<Record<string, object>>;

export function isJsonata(state: State): boolean {
  return state.QueryLanguage === 'JSONata';
}

/** A state's input after InputPath and Parameters. */
export function effectiveInput(state: State, input: JSONValue, context: Context): JSONValue {
  const chosen = library.processInputPath(state.InputPath as string | null | undefined, copy(input), context);
  return copy(state.Parameters === undefined || state.Type === 'Map' ? chosen : library.processPayloadTemplate(state.Parameters, chosen, context));
}

/** The input of a task in JSONata. */
export async function argumentsOf(state: State, input: JSONValue, context: Context, clock: Clock): Promise<JSONValue> {
  return state.Arguments === undefined ? input : evaluated(state.Arguments as JSONValue, { input, context }, clock);
}

/** A state's result after ResultSelector, ResultPath and OutputPath, or, in JSONata, after Output. */
export async function outputOf(state: State, input: JSONValue, result: JSONValue, context: Context, clock: Clock): Promise<JSONValue> {
  if (isJsonata(state)) {
    return state.Output === undefined ? result : evaluated(state.Output as JSONValue, { input, context, ...state.Type === 'Task' && { result } }, clock);
  }
  const selected = state.ResultSelector === undefined ? result : library.processPayloadTemplate(state.ResultSelector, copy(result), context);
  return copy(library.processOutputPath(state.OutputPath as string | null | undefined, withResult(state.ResultPath, input, selected), context));
}

export function withResult(resultPath: unknown, input: JSONValue, result: JSONValue): JSONValue {
  return resultPath === '$' ? result : library.processResultPath(resultPath as string | null | undefined, copy(input), result);
}

/** The inputs of a Map's iterations. */
export function itemsOf(state: State, input: JSONValue, context: Context): JSONValue[] {
  const chosen = effectiveInput(state, input, context);
  const items = state.ItemsPath === undefined ? chosen : library.jsonPathQuery(state.ItemsPath as string, chosen, context);
  if (!Array.isArray(items)) {
    throw Object.assign(new Error(`Reference path '${String(state.ItemsPath)}' must point to an array`), { name: 'States.Runtime' });
  }
  const template = state.ItemSelector ?? state.Parameters;
  return items.map((Value, Index) => copy(
    template === undefined ? Value : library.processPayloadTemplate(template, chosen, { ...context, Map: { Item: { Index, Value } } })));
}

/** Paths return parts of their input, and some intrinsic functions change it. Each state gets its own copy. */
function copy(value: JSONValue): JSONValue {
  return JSON.parse(JSON.stringify(value)) as JSONValue;
}
