import type { Work } from './work';

interface Caller {
  readonly onChange: (waiting: number) => void;
  waiting: number;
}

/** The callers whose work is under way, by their access keys: while all requests of a caller wait for simulated time, so does the caller. */
export class Callers {
  private readonly byKey = new Map<string, Caller>();

  /** @param onChange gets the number of requests that wait, whenever it changes */
  public async present<T>(accessKeyId: string, onChange: (waiting: number) => void, action: () => Promise<T>): Promise<T> {
    const caller = { onChange, waiting: 0 };
    this.byKey.set(accessKeyId, caller);
    try {
      return await action();
    } finally {
      if (this.byKey.get(accessKeyId) === caller) { this.byKey.delete(accessKeyId); }
    }
  }

  /** For work that makes one request. */
  public async presentWith<T>(accessKeyId: string, work: Work, action: () => Promise<T>): Promise<T> {
    return this.present(accessKeyId, waiting => waiting > 0 ? work.pause() : work.resume(), action);
  }

  /** To be called for whatever takes simulated time before a request is answered. */
  public async waiting<T>(accessKeyId: string | undefined, action: () => Promise<T>): Promise<T> {
    const caller = accessKeyId === undefined ? undefined : this.byKey.get(accessKeyId);
    if (!caller) { return action(); }
    const change = (by: number) => {
      caller.waiting += by;
      // a request may outlast its caller
      if (this.byKey.get(accessKeyId!) === caller) { caller.onChange(caller.waiting); }
    };
    change(1);
    try {
      return await action();
    } finally {
      change(-1);
    }
  }
}
