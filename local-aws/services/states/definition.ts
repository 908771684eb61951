import { isIntegration, problemOfParameters } from './integration';
import { problemOfErrors } from './retries';
import { NotSupportedError, ServiceError } from '../../core';
import { checkQuota, sizeOf } from '../../quotas';

/** The fields of a state that are used here by name. */
export interface State {
  Type: string;
  Resource?: string;
  TimeoutSeconds?: number;
  Branches?: Definition[];
  Iterator?: Definition;
  ItemProcessor?: Definition & { ProcessorConfig?: { Mode?: string; ExecutionType?: string } };
  [field: string]: unknown;
}

export interface Definition {
  States: Record<string, State>;
  StartAt: string;
  [field: string]: unknown;
}

const DATA_FLOW = ['Type', 'Comment', 'InputPath', 'OutputPath'];
const RESULT = ['Parameters', 'ResultSelector', 'ResultPath', 'Next', 'End', 'Retry', 'Catch'];
/** The supported fields of each state type, by query language. */
const JSON_PATH_FIELDS: Record<string, string[]> = {
  Task: [...DATA_FLOW, ...RESULT, 'Resource', 'TimeoutSeconds'],
  Pass: [...DATA_FLOW, 'Parameters', 'Result', 'ResultPath', 'Next', 'End'],
  Wait: [...DATA_FLOW, 'Seconds', 'Next', 'End'],
  Choice: [...DATA_FLOW, 'Choices', 'Default'],
  Succeed: DATA_FLOW,
  Fail: ['Type', 'Comment', 'Error', 'Cause', 'CausePath', 'ErrorPath'],
  Parallel: [...DATA_FLOW, ...RESULT, 'Branches'],
  Map: [...DATA_FLOW, ...RESULT, 'Iterator', 'ItemProcessor', 'ItemSelector', 'ItemsPath', 'MaxConcurrency',
    'ToleratedFailurePercentage', 'ResultWriter', 'Label'],
};
const JSONATA_FIELDS: Record<string, string[]> = Object.fromEntries(
  Object.entries({
    Pass: ['Next', 'End'], Wait: ['Seconds', 'Next', 'End'], Succeed: [], Task: ['Arguments', 'Resource', 'TimeoutSeconds', 'Retry', 'Catch', 'Next', 'End'],
  })
    .map(([type, fields]) => [type, ['Type', 'Comment', 'QueryLanguage', 'Output', ...fields]]),
);
const MACHINE_FIELDS = ['States', 'StartAt', 'Comment', 'Version', 'TimeoutSeconds', 'ProcessorConfig'];
/** In names of state machines and executions: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
// eslint-disable-next-line no-control-regex
export const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/;
/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const LABEL_LENGTH = 40;
const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+(:[^:]+)?$/;

/** Refuses by name whatever is not supported. */
export function checkDefinition(definition: Definition): void {
  for (const field of Object.keys(definition)) {
    if (!MACHINE_FIELDS.includes(field)) { throw new NotSupportedError(`the state machine field ${field}`); }
  }
  for (const [name, state] of Object.entries(definition.States)) {
    checkQuota('statesStateName', sizeOf('statesStateName', name), most => (
      `Invalid State Machine Definition: 'The name of the state ${name} is longer than ${most} characters'`));
    checkState(name, state);
    inner(state).forEach(checkDefinition);
  }
}

function checkState(name: string, state: State): void {
  const known = (state.QueryLanguage === 'JSONata' ? JSONATA_FIELDS : JSON_PATH_FIELDS)[state.Type];
  if (!known) { throw new NotSupportedError(`the state type ${state.Type} in ${String(state.QueryLanguage ?? 'JSONPath')} (state ${name})`); }
  const unknown = Object.keys(state).find(field => !known.includes(field));
  if (unknown) { throw new NotSupportedError(`${unknown} in a ${state.Type} state (state ${name})`); }
  if (state.Type === 'Task') { checkTask(name, state); }
  const problem = problemOfErrors(state) ?? problemOfLabel(state.Label);
  if (problem) { throw schemaError(problem, name); }
  if (!isDistributed(state) && (state.ToleratedFailurePercentage ?? state.ResultWriter) !== undefined) {
    throw new NotSupportedError(`ToleratedFailurePercentage or ResultWriter of an inline Map (state ${name})`);
  }
}

function checkTask(name: string, { Resource = '', Parameters, Arguments }: State): void {
  if (LAMBDA_ARN.test(Resource)) { return; }
  if (!isIntegration(Resource)) {
    throw new NotSupportedError(`a task that is neither a Lambda function nor a known service integration: ${Resource} (state ${name})`);
  }
  const [field, given] = Arguments === undefined ? ['Parameters', Parameters] : ['Arguments', Arguments];
  // without them, the input is passed on; an expression is known only in an execution
  const problem = given === undefined || typeof given === 'string' ? undefined : problemOfParameters(Resource, given);
  if (problem) { throw schemaError(problem, `${name}/${field}`); }
}

function problemOfLabel(label: unknown): string | undefined {
  return typeof label === 'string' && (label.length > LABEL_LENGTH || FORBIDDEN_IN_NAMES.test(label)) ? `The Label '${label}' is invalid` : undefined;
}

function schemaError(problem: string, path: string): ServiceError {
  return new ServiceError('InvalidDefinition', `Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: ${problem} at /States/${path}'`);
}

export function isDistributed(state: State): boolean {
  return state.Type === 'Map' && state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
}

function inner({ Branches = [], Iterator, ItemProcessor }: State): Definition[] {
  return [...Branches, ...Iterator ? [Iterator] : [], ...ItemProcessor ? [ItemProcessor] : []];
}
