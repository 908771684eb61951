import type { Signal } from './signal';
import type { WaitSignalRecord } from '../../wire';

interface Arrived {
  readonly signal: Signal;
  readonly record: WaitSignalRecord;
}

/** How a wait is going, or how it ended. */
export interface WaitResult {
  /** the ones that succeeded, in the order of their arrival */
  readonly successes: readonly Signal[];
  readonly failure?: Signal;
}

/**
 * What a WaitCondition listens at. Signals stay: those that came before it listened count, as do those from the times of
 * another WaitCondition at the same handle, which is why CloudFormation says that handles must not be used again.
 */
export class WaitHandle {
  private readonly arrivals: Arrived[] = [];
  private readonly listeners = new Set<(arrived: Arrived) => void>();

  public receive(signal: Signal, record: WaitSignalRecord): void {
    const arrived = { signal, record };
    this.arrivals.push(arrived);
    this.listeners.forEach(listener => listener(arrived));
  }

  /** Listens until so many signals came, or one of failure, or until it is over for another reason. */
  public async listen(count: number, over: Promise<unknown>): Promise<WaitResult> {
    const successes = new Map<string, Signal>();
    let failure: Signal | undefined;
    const decided = () => failure !== undefined || successes.size >= count;
    let onDecided!: () => void;
    const decision = new Promise<void>(resolve => {
      onDecided = resolve;
    });
    const listener = ({ signal, record }: Arrived): void => {
      if (decided() || successes.has(signal.UniqueId)) {
        return;
      }
      record.accepted = true;
      if (signal.Status === 'FAILURE') {
        failure = signal;
      } else {
        successes.set(signal.UniqueId, signal);
      }
      if (decided()) {
        onDecided();
      }
    };
    this.arrivals.forEach(listener);
    this.listeners.add(listener);
    await Promise.race([decision, over]);
    this.listeners.delete(listener);
    return { successes: [...successes.values()], failure };
  }
}
