/** A piece of work under way. */
export interface Work {
  /** It waits for simulated time: time goes on, unless something else is at work. */
  pause(): void;
  /** It goes on. */
  resume(): void;
}

/** Counts what is at work. */
export class WorkCount {
  public count = 0;

  public async run<T>(action: (work: Work) => Promise<T>): Promise<T> {
    let counts = false;
    let done = false;
    const set = (wanted: boolean) => {
      if (wanted !== counts) { this.count += wanted ? 1 : -1; }
      counts = wanted;
    };
    set(true);
    try {
      return await action({ pause: () => set(false), resume: () => set(!done) });
    } finally {
      done = true;
      set(false);
    }
  }
}
