import type { FakeClock } from './fake-clock';
import { throughJson } from './json';
import { LongExport, type PollRequest } from '../../lambda/long-export';
import type { PollerStarter } from '../../lambda/poller-api';
import type { WaitOutcome } from '../../lambda/wait-signal';

export interface ReceivedSignal extends WaitOutcome {
  readonly handleUrl: string;
  readonly at: number;
}

/** The state machine for long exports, and the WaitCondition at its end. */
export class FakePoller {
  /** Each start takes the next one; an undefined one is a start that works. */
  public readonly startFaults: (Error | undefined)[] = [];
  public readonly signalFaults: (Error | undefined)[] = [];
  public readonly executions = new Map<string, PollRequest>();
  public readonly signals: ReceivedSignal[] = [];

  constructor(private readonly clock: FakeClock) {}

  public readonly start: PollerStarter = async (_, name, input) => {
    const fault = this.startFaults.shift();
    if (fault !== undefined) { throw fault; }
    if (!this.executions.has(name)) { this.executions.set(name, throughJson(input)); }
  };

  public readonly signal = async (handleUrl: string, outcome: WaitOutcome): Promise<void> => {
    const fault = this.signalFaults.shift();
    if (fault !== undefined) { throw fault; }
    this.signals.push({ handleUrl, at: this.clock.now(), ...outcome });
  };

  /** Runs an execution as the state machine does: once a minute, again after an error, and to the end when it cannot go on. */
  public async run(longExport: LongExport, name: string, maxErrors = 10): Promise<void> {
    const input = this.executions.get(name)!;
    let errors = 0;
    let request: PollRequest = input;
    for (;;) {
      try {
        if (throughJson(await longExport.poll(throughJson(request))).Done) { return; }
        this.clock.advance(60);
        errors = 0;
      } catch (error) {
        if (++errors > maxErrors) {
          if (request !== input) { return; }
          request = { ...input, Trouble: { Error: (error as Error).name, Cause: (error as Error).message } };
          errors = 0;
        }
        this.clock.advance(10);
      }
    }
  }
}
