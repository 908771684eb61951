import type { Call, Interceptor } from './calls';
import type { Callers } from '../callers';
import { ServiceError, type Clock } from '../core';
import { DEPLOYER } from '../services/iam/credentials';
import type { StopAt } from '../wire';

/** Something that happens once. */
class Signal {
  public readonly given: Promise<void>;
  public give!: () => void;

  constructor() {
    this.given = new Promise(resolve => { this.give = resolve; });
  }
}

interface Stop {
  readonly at: StopAt;
  readonly reached: Signal;
  readonly released: Signal;
}

/** Stops simulated time where a client wants to act before it goes on, however slow the client is. */
export class TimeStop {
  private stop?: Stop;

  constructor(private readonly clock: Clock, private readonly callers: Callers) {}

  /** From now on, time goes on until then. */
  public set(at: StopAt): void {
    const stop = { at, reached: new Signal(), released: new Signal() };
    if ('afterSeconds' in at) { void this.clock.sleep(at.afterSeconds * 1000).then(() => this.hold(stop)); }
    this.clear();
    this.stop = stop;
  }

  /** Waits until time has stopped. */
  public async reached(): Promise<void> {
    if (!this.stop) { throw new ServiceError('NoStop', 'Time is not to stop'); }
    await this.stop.reached.given;
  }

  /** Time goes on. */
  public clear(): void {
    this.stop?.released.give();
    this.stop = undefined;
  }

  public intercept(next: Interceptor): Interceptor {
    return async (call, proceed) => {
      try {
        const response = await next(call, proceed);
        this.answered(call);
        return response;
      } catch (error) {
        this.answered(call, error instanceof ServiceError ? error.code : 'none');
        throw error;
      }
    };
  }

  private answered({ service, operation, request: { caller } }: Call, errorCode?: string): void {
    const { stop } = this;
    if (!stop || 'afterSeconds' in stop.at) { return; }
    const { at } = stop;
    const isIt = at.operation === operation && (at.service ?? service) === service && caller.arn.includes(at.caller ?? '') && at.errorCode === errorCode;
    if (isIt) { this.hold(stop); }
  }

  /** A request of the deployer that takes time gets it: the client could wait for the answer before it lets time go on. */
  private hold(stop: Stop): void {
    if (this.stop !== stop) { return; }
    void this.clock.work(work => this.callers.presentWith(DEPLOYER.accessKeyId, work, () => stop.released.given));
    stop.reached.give();
  }
}
