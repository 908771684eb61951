import { NotSupportedError } from '../core';
import { isIntegration } from './integration';

/** A state, as far as it matters here. */
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
/** What the library can run of each state. */
const FIELDS: Record<string, string[]> = {
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
const MACHINE_FIELDS = ['States', 'StartAt', 'Comment', 'Version', 'TimeoutSeconds', 'ProcessorConfig'];
const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+(:[^:]+)?$/;

/** Refuses by name what cannot be run. */
export function checkDefinition(definition: Definition): void {
  for (const field of Object.keys(definition)) {
    if (!MACHINE_FIELDS.includes(field)) {
      throw new NotSupportedError(`the state machine field ${field}`);
    }
  }
  for (const [name, state] of Object.entries(definition.States)) {
    checkState(name, state);
    inner(state).forEach(checkDefinition);
  }
}

function checkState(name: string, state: State): void {
  const known = FIELDS[state.Type];
  if (!known) {
    throw new NotSupportedError(`the state type ${state.Type} (state ${name})`);
  }
  const unknown = Object.keys(state).find((field) => !known.includes(field));
  if (unknown) {
    throw new NotSupportedError(`${unknown} in a ${state.Type} state (state ${name})`);
  }
  if (state.Type === 'Task' && !LAMBDA_ARN.test(state.Resource ?? '') && !isIntegration(state.Resource ?? '')) {
    throw new NotSupportedError(`a task that is neither a Lambda function nor a known service integration: ${state.Resource} (state ${name})`);
  }
  if (!isDistributed(state) && (state.ToleratedFailurePercentage ?? state.ResultWriter) !== undefined) {
    throw new NotSupportedError(`ToleratedFailurePercentage or ResultWriter of an inline Map (state ${name})`);
  }
}

/** The same definition with other states, inner ones included. */
export function mapStates(definition: Definition, change: (state: State) => State): Definition {
  const inside = (nested: Definition) => mapStates(nested, change);
  return {
    ...definition,
    States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => {
      const { Branches, Iterator, ItemProcessor, ...changed } = change(state);
      return [name, {
        ...changed,
        ...Branches && { Branches: Branches.map(inside) },
        ...Iterator && { Iterator: inside(Iterator) },
        ...ItemProcessor && { ItemProcessor: inside(ItemProcessor) },
      }];
    })),
  };
}

/** All tasks, by their names. */
export function taskStates(definition: Definition): Map<string, State> {
  const tasks = new Map<string, State>();
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type === 'Task') {
      tasks.set(name, state);
    }
    for (const nested of inner(state)) {
      taskStates(nested).forEach((task, taskName) => tasks.set(taskName, task));
    }
  }
  return tasks;
}

export function isDistributed(state: State): boolean {
  return state.Type === 'Map' && state.ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED';
}

function inner({ Branches = [], Iterator, ItemProcessor }: State): Definition[] {
  return [...Branches, ...Iterator ? [Iterator] : [], ...ItemProcessor ? [ItemProcessor] : []];
}
