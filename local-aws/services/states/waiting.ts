import type { Clock } from '../../core';

/** The promise's result, unless the signal comes first. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let onAbort!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
  });
  try {
    signal.throwIfAborted();
    const result = await Promise.race([promise, aborted]);
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Runs an action on each element, `concurrency` at a time. The first failure stops the others. */
export async function each<T>(
  elements: readonly T[], concurrency: number, signal: AbortSignal, action: (element: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const others = new AbortController();
  const either = AbortSignal.any([signal, others.signal]);
  const queue = [...elements];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      either.throwIfAborted();
      try {
        await action(next, either);
      } catch (error) {
        others.abort(error);
        throw error;
      }
    }
  };
  const workers = Array.from({ length: Math.min(concurrency, elements.length) }, work);
  try {
    await Promise.all(workers);
  } finally {
    await Promise.allSettled(workers);
  }
}

export async function withTimeout<T>(clock: Clock, seconds: number | undefined, promise: Promise<T>, timeout: () => Error): Promise<T> {
  if (seconds === undefined) { return promise; }
  return Promise.race([promise, clock.sleep(seconds * 1000).then(() => Promise.reject(timeout()))]);
}
