import { argumentsOf, effectiveInput, isJsonata, itemsOf, outputOf, withResult, type Context } from './data-flow';
import { isDistributed, type Definition, type State } from './definition';
import { Retries, StateFailure, catcherOf } from './failures';
import type { History } from './history';
import { evaluated } from './jsonata';
import { library, type JSONValue } from './library';
import type { MapRun } from './map-run';
import { withinQuota } from './payload';
import { each, unlessAborted, withTimeout } from './waiting';
import { NotSupportedError, type Clock } from '../../core';
import { quota } from '../../quotas';

/** How far a state machine, an iteration or a branch has got. A redrive continues from here. */
export interface Progress {
  readonly definition: Definition;
  /** the current state, and its input */
  state: string;
  input: JSONValue;
  /** the iterations of the state, if it is an inline Map, or its branches, if it is a Parallel */
  parts?: Progress[];
  /** of the state, if it is a Distributed Map */
  mapRun?: MapRun;
  /** set when it is done */
  output?: JSONValue;
}

export function atStart(definition: Definition, input: JSONValue): Progress {
  return { definition, state: definition.StartAt, input };
}

/** What an execution runs in. */
export interface Environment {
  readonly clock: Clock;
  readonly history: History;
  readonly context: Context;
  /** called before each state, and before it is tried again: throws if the execution must not go on */
  readonly checkTransition: () => void;
  readonly runTask: (resource: string, input: JSONValue) => Promise<JSONValue>;
  /** starts a Map Run, or redrives the existing one */
  readonly runMap: (state: State, inputs: JSONValue[], progress: Progress, signal: AbortSignal) => Promise<JSONValue>;
}

/** scheduled, started */
const EVENTS_BEFORE_TASK = 2;

/** Runs a state machine from its progress on. Entering and leaving a state are events of the history. */
export class Interpreter {
  constructor(private readonly environment: Environment) {}

  public async run(progress: Progress, signal: AbortSignal): Promise<JSONValue> {
    const { history } = this.environment;
    while (progress.output === undefined) {
      signal.throwIfAborted();
      this.environment.checkTransition();
      const state = progress.definition.States[progress.state];
      history.add(1);
      const { output, next } = await this.runState(state, progress, signal);
      history.add(1);
      progress.parts = progress.mapRun = undefined;
      if (next === undefined) {
        progress.output = output;
      } else {
        [progress.state, progress.input] = [next, output];
      }
    }
    return progress.output;
  }

  /** Runs a state with its retriers, which start anew after a redrive, and its catchers. */
  private async runState(state: State, progress: Progress, signal: AbortSignal): Promise<{ output: JSONValue; next?: string }> {
    const retries = new Retries(state);
    const EnteredTime = new Date(this.environment.clock.now()).toISOString();
    const context = { ...this.environment.context, State: { Name: progress.state, EnteredTime } };
    for (;;) {
      try {
        if (state.Type === 'Choice') {
          const { nextState } = await new library.ChoiceStateAction(state, progress.state).execute(progress.input, context);
          return { output: progress.input, next: nextState };
        }
        const result = await this.resultOf(state, progress, context, signal);
        const output = withinQuota(
          await outputOf(state, progress.input, result, context, this.environment.clock), `state '${progress.state}' has an output whose size`,
        );
        return { output, next: state.Next as string | undefined };
      } catch (error) {
        signal.throwIfAborted();
        const delay = retries.delayAfter(error as Error);
        if (delay !== undefined) {
          await unlessAborted(signal, this.environment.clock.sleep(delay * 1000));
          this.environment.checkTransition();
          progress.parts = progress.mapRun = undefined;
          continue;
        }
        const catcher = catcherOf(state, error as Error);
        if (catcher) {
          const { name, message } = error as Error;
          const errorOutput = { Error: name, Cause: message };
          const output = !isJsonata(state) ? withResult(catcher.ResultPath, progress.input, errorOutput)
            : catcher.Output === undefined ? errorOutput
              : await evaluated(catcher.Output as JSONValue, { input: progress.input, context, errorOutput }, this.environment.clock);
          return { output: withinQuota(output, `state '${progress.state}' has an output whose size`), next: catcher.Next };
        }
        // a state that failed because of its data's size runs again as a whole: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
        if ((error as Error).name === 'States.DataLimitExceeded') { progress.parts = progress.mapRun = undefined; }
        throw error;
      }
    }
  }

  private async resultOf(state: State, progress: Progress, context: Context, signal: AbortSignal): Promise<JSONValue> {
    const { clock } = this.environment;
    if (state.Type === 'Map') { return this.runMap(state, progress, context, signal); }
    const input = isJsonata(state)
      ? progress.input
      : withinQuota(effectiveInput(state, progress.input, context), `state '${progress.state}' has an input whose size`);
    switch (state.Type) {
      case 'Pass':
        return state.Result === undefined ? input : state.Result as JSONValue;
      case 'Succeed':
        return input;
      case 'Wait': {
        const seconds = isJsonata(state) ? await evaluated(state.Seconds as JSONValue, { input, context }, clock) : state.Seconds;
        if (!Number.isInteger(seconds) || Number(seconds) < 0 || Number(seconds) > 99_999_999) {
          throw new StateFailure('States.QueryEvaluationError', `Seconds must be an integer from 0 to 99999999, got ${JSON.stringify(seconds)}`);
        }
        await unlessAborted(signal, clock.sleep(Number(seconds) * 1000));
        return input;
      }
      case 'Fail':
        throw new StateFailure(
          String(state.ErrorPath ? library.jsonPathQuery(state.ErrorPath as string, input, context) : state.Error),
          String(state.CausePath ? library.jsonPathQuery(state.CausePath as string, input, context) : state.Cause),
        );
      case 'Task':
        return this.runTask(state, isJsonata(state) ? await argumentsOf(state, input, context, clock) : input, signal);
      case 'Parallel':
        progress.parts ??= state.Branches!.map(branch => atStart(branch, input));
        return this.runParts(progress.parts, progress.parts.length, 0, signal);
      default:
        throw new NotSupportedError(`the state type ${state.Type}`);
    }
  }

  private async runTask(state: State, input: JSONValue, signal: AbortSignal): Promise<JSONValue> {
    const { clock, history, runTask } = this.environment;
    history.add(EVENTS_BEFORE_TASK);
    try {
      const task = runTask(state.Resource!, input);
      task.catch(() => {}); // after a timeout nobody waits for it
      return withinQuota(
        await unlessAborted(signal, withTimeout(clock, state.TimeoutSeconds, task, () => new StateFailure('States.Timeout', 'The task timed out.'))),
        'task has an output whose size',
      );
    } finally {
      history.add(1);
    }
  }

  private async runMap(state: State, progress: Progress, context: Context, signal: AbortSignal): Promise<JSONValue> {
    const inputs = itemsOf(state, progress.input, context);
    inputs.forEach(input => withinQuota(input, `state '${progress.state}' has an item whose size`));
    if (isDistributed(state)) {
      this.environment.history.add(1); // started; or redriven
      const result = await this.environment.runMap(state, inputs, progress, signal);
      this.environment.history.add(1);
      return result;
    }
    progress.parts ??= inputs.map(input => atStart((state.ItemProcessor ?? state.Iterator)!, input));
    const most = quota('statesInlineIterations');
    return this.runParts(progress.parts, Math.min(Number(state.MaxConcurrency) || most, most), 2, signal);
  }

  /** @param events of each part, besides those of its states */
  private async runParts(parts: Progress[], concurrency: number, events: number, signal: AbortSignal): Promise<JSONValue> {
    const { history } = this.environment;
    history.add(1); // started
    const undone = parts.filter(({ output }) => output === undefined);
    await each(undone, concurrency, signal, async (part, eitherSignal) => {
      history.add(events);
      await this.run(part, eitherSignal);
    });
    history.add(1); // succeeded
    return parts.map(({ output }) => output!);
  }
}
