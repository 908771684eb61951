import { DroppedConnection, type Call, type Interceptor } from './calls';
import type { Callers } from '../callers';
import { ServiceError, type Clock } from '../core';
import type { Fault } from '../wire';

/** Makes calls go wrong as ordered. */
export class Faults {
  private pending: { fault: Fault; letThrough: number; left: number }[] = [];

  constructor(private readonly clock: Clock, private readonly callers: Callers) {}

  public add(fault: Fault): void {
    if (!fault.error && !fault.drop && !fault.delaySeconds) {
      throw new ServiceError('InvalidFault', 'A fault needs an error, a drop or delaySeconds');
    }
    this.pending.push({ fault, letThrough: fault.after ?? 0, left: fault.times ?? 1 });
  }

  public clear(): void {
    this.pending = [];
  }

  /** Those that have not been used up. */
  public remaining(): Fault[] {
    return this.pending.map(({ fault, letThrough, left }) => ({ ...fault, after: letThrough, times: left }));
  }

  public readonly interceptor: Interceptor = async (call, proceed) => {
    const fault = this.take(call);
    const { delaySeconds } = fault ?? {};
    if (delaySeconds) { await this.callers.waiting(call.request.caller.accessKeyId, () => this.clock.sleep(delaySeconds * 1000)); }
    if (!fault?.error && !fault?.drop) { return proceed(); }
    if (fault.takesEffect) { await proceed(); }
    if (fault.error) {
      throw new ServiceError(fault.error.code, fault.error.message ?? `${fault.error.code} injected by a fault`, fault.error.status);
    }
    throw new DroppedConnection();
  };

  /** The first fault that applies to this call; its count goes down. */
  private take(call: Call): Fault | undefined {
    for (const entry of this.pending) {
      const { operation, service = call.service, caller = '' } = entry.fault;
      if (operation === call.operation && service === call.service && call.request.caller.arn.includes(caller)) {
        if (entry.letThrough === 0) {
          entry.left--;
          this.pending = this.pending.filter(({ left }) => left > 0);
          return entry.fault;
        }
        entry.letThrough--;
      }
    }
    return undefined;
  }
}
