import type { State } from './definition';

/** What a state fails with: the name is the error, the message its cause. */
export class StateFailure extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Ends the execution, whatever its states catch. */
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
}

/** Terminal errors, which no wildcard stands for. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime'];

/** @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function isMeant({ ErrorEquals }: Retrier | Catcher, error: Error, state: State): boolean {
  return ErrorEquals.some(name => name === error.name || (!TERMINAL.includes(error.name)
    && (name === 'States.ALL' || (name === 'States.TaskFailed' && state.Type === 'Task' && error.name !== 'States.Timeout'))));
}

export function catcherOf(state: State, error: Error): Catcher | undefined {
  return (state.Catch as Catcher[] | undefined)?.find(catcher => isMeant(catcher, error, state));
}

/** How often each retrier of a state was asked, in one run of the state. */
export class Retries {
  private readonly attempts = new Map<Retrier, number>();

  constructor(private readonly state: State) {}

  /** @returns the seconds to wait before the next attempt, if there is one */
  public delayAfter(error: Error): number | undefined {
    const retrier = (this.state.Retry as Retrier[] | undefined)?.find(candidate => isMeant(candidate, error, this.state));
    if (!retrier) {
      return undefined;
    }
    const { IntervalSeconds = 1, MaxAttempts = 3, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy } = retrier;
    const attempt = this.attempts.get(retrier) ?? 0;
    if (attempt >= MaxAttempts) {
      return undefined;
    }
    this.attempts.set(retrier, attempt + 1);
    const delay = Math.min(IntervalSeconds * BackoffRate ** attempt, MaxDelaySeconds);
    return JitterStrategy === 'FULL' ? Math.random() * delay : delay;
  }
}
