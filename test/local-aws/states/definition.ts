import { NotSupportedError } from '../core';

/** A state, as far as it matters here. */
interface State {
  Type: string;
  Resource?: string;
  Seconds?: number;
  TimeoutSeconds?: number;
  Retry?: { IntervalSeconds?: number; MaxDelaySeconds?: number }[];
  Branches?: Definition[];
  Iterator?: Definition;
  ItemProcessor?: Definition;
  [field: string]: unknown;
}

export interface Definition {
  States: Record<string, State>;
  StartAt: string;
  TimeoutSeconds?: number;
  [field: string]: unknown;
}

const DATA_FLOW = ['Type', 'Comment', 'InputPath', 'OutputPath'];
const RESULT = ['Parameters', 'ResultSelector', 'ResultPath', 'Next', 'End', 'Retry', 'Catch'];
/** What the library can run of each state, and what can be run in simulated time. */
const FIELDS: Record<string, string[]> = {
  Task: [...DATA_FLOW, ...RESULT, 'Resource', 'TimeoutSeconds'],
  Pass: [...DATA_FLOW, 'Parameters', 'Result', 'ResultPath', 'Next', 'End'],
  Wait: [...DATA_FLOW, 'Seconds', 'Next', 'End'],
  Choice: [...DATA_FLOW, 'Choices', 'Default'],
  Succeed: DATA_FLOW,
  Fail: ['Type', 'Comment', 'Error', 'Cause'],
  Parallel: [...DATA_FLOW, ...RESULT, 'Branches'],
  Map: [...DATA_FLOW, ...RESULT, 'Iterator', 'ItemProcessor', 'ItemSelector', 'ItemsPath', 'MaxConcurrency'],
};
const MACHINE_FIELDS = ['States', 'StartAt', 'Comment', 'Version', 'TimeoutSeconds', 'ProcessorConfig'];
const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d+:function:[^:]+(:[^:]+)?$/;

/** The library gives up on a task after 60 s unless told otherwise; Step Functions never. Timers cannot do more than 2³¹ ms. */
const NO_TIMEOUT_SECONDS = 2_000_000;

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
  if (state.Type === 'Task' && !LAMBDA_ARN.test(state.Resource ?? '')) {
    throw new NotSupportedError(`a task that is not a Lambda function: ${state.Resource} (state ${name})`);
  }
}

/** The same definition in real seconds: everything that waits, waits shorter. */
export function atSpeed(definition: Definition, speed: number): Definition {
  return {
    ...definition,
    ...definition.TimeoutSeconds !== undefined && { TimeoutSeconds: definition.TimeoutSeconds / speed },
    States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, stateAtSpeed(state, speed)])),
  };
}

function stateAtSpeed(state: State, speed: number): State {
  return {
    ...state,
    ...state.Type === 'Task' && { TimeoutSeconds: state.TimeoutSeconds === undefined ? NO_TIMEOUT_SECONDS : state.TimeoutSeconds / speed },
    ...state.Seconds !== undefined && { Seconds: state.Seconds / speed },
    ...state.Retry && {
      Retry: state.Retry.map((retrier) => ({
        ...retrier,
        IntervalSeconds: (retrier.IntervalSeconds ?? 1) / speed,
        ...retrier.MaxDelaySeconds !== undefined && { MaxDelaySeconds: retrier.MaxDelaySeconds / speed },
      })),
    },
    ...state.Branches && { Branches: state.Branches.map((branch) => atSpeed(branch, speed)) },
    ...state.Iterator && { Iterator: atSpeed(state.Iterator, speed) },
    ...state.ItemProcessor && { ItemProcessor: atSpeed(state.ItemProcessor, speed) },
  };
}

/** The functions that tasks invoke, by the tasks' names. */
export function taskResources(definition: Definition): Map<string, string> {
  const resources = new Map<string, string>();
  for (const [name, state] of Object.entries(definition.States)) {
    if (state.Type === 'Task') {
      resources.set(name, state.Resource!);
    }
    for (const nested of inner(state)) {
      taskResources(nested).forEach((resource, task) => resources.set(task, resource));
    }
  }
  return resources;
}

function inner({ Branches = [], Iterator, ItemProcessor }: State): Definition[] {
  return [...Branches, ...Iterator ? [Iterator] : [], ...ItemProcessor ? [ItemProcessor] : []];
}
