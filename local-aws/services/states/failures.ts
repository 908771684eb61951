import type { State } from './definition';

/** The failure of a state: its name is the error, its message the cause. */
export class StateFailure extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Ends the execution; no catcher catches it. */
export class ExecutionFailure extends StateFailure {}

export interface Retrier {
  readonly ErrorEquals: string[];
  readonly IntervalSeconds?: number;
  readonly MaxAttempts?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: string[];
  readonly Next: string;
  readonly ResultPath?: string | null;
  /** in JSONata, instead of ResultPath */
  readonly Output?: unknown;
}

/** No wildcard matches these. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function matches({ ErrorEquals }: Retrier | Catcher, error: Error, state: State): boolean {
  return ErrorEquals.some(name => name === error.name || (!TERMINAL.includes(error.name)
    && (name === 'States.ALL' || (name === 'States.TaskFailed' && state.Type === 'Task' && error.name !== 'States.Timeout'))));
}

export function catcherOf(state: State, error: Error): Catcher | undefined {
  return (state.Catch as Catcher[] | undefined)?.find(catcher => matches(catcher, error, state));
}

/** Counts the attempts of each retrier, in one run of a state. */
export class Retries {
  private readonly attempts = new Map<Retrier, number>();

  constructor(private readonly state: State) {}

  /** The seconds to wait before the next attempt; undefined if there is none. */
  public delayAfter(error: Error): number | undefined {
    const retrier = (this.state.Retry as Retrier[] | undefined)?.find(candidate => matches(candidate, error, this.state));
    if (!retrier) { return undefined; }
    const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy } = retrier;
    const attempt = this.attempts.get(retrier) ?? 0;
    if (attempt >= MaxAttempts) { return undefined; }
    this.attempts.set(retrier, attempt + 1);
    const delay = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds);
    return JitterStrategy === 'FULL' ? Math.random() * delay : delay;
  }
}
