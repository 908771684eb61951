import type { Clock } from '../core';

export interface SimulatedTime {
  readonly Date: DateConstructor;
  readonly setTimeout: (callback: () => void, ms: number) => object;
  readonly clearTimeout: (timer?: object) => void;
}

/** What code calls that wants to know the time or to wait, as of a clock. */
export function simulatedTime(clock: Clock): SimulatedTime {
  const cleared = new WeakSet<object>();
  return {
    Date: class extends Date {
      static now(): number {
        return clock.now();
      }

      constructor(time: number | string = clock.now()) {
        super(time);
      }
    } as DateConstructor,
    setTimeout: (callback, ms) => {
      const timer = {};
      void clock.sleep(ms).then(() => {
        if (!cleared.has(timer)) {
          callback();
        }
      });
      return timer;
    },
    clearTimeout: (timer) => {
      if (timer) {
        cleared.add(timer);
      }
    },
  };
}
