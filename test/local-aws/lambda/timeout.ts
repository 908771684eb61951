/** A busy machine is not the function's fault: however fast simulated time runs, an invocation has this much real time. */
const LEAST_REAL_MS = 5_000;

/** A function's timeout in real milliseconds. */
export function realTimeout(timeoutSeconds: number, speed: number): number {
  const simulated = timeoutSeconds * 1000;
  return Math.max(simulated / speed, Math.min(simulated, LEAST_REAL_MS));
}
