/** Of the states that export one dataset. */
export const LONGEST_POLL_SECONDS = 3600;

/**
 * How long to wait before the next look at something that takes long, so that the history of an execution holds a year of looks: a tenth of
 * the elapsed time. Up to a longest wait, because deleting a state machine waits for it, unless that is less than a hundredth of the time.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
 */
export function growingWait(shortestSeconds: number, elapsedSeconds: number, longestSeconds: number): number {
  return Math.max(shortestSeconds, Math.min(Math.floor(elapsedSeconds / 10), longestSeconds), Math.floor(elapsedSeconds / 100));
}

/** The same in JSONata. */
export function growingWaitExpression(shortestSeconds: string, elapsedMillis: string, longestSeconds: number): string {
  const wait = `$max([${shortestSeconds}, $min([$floor($seconds / 10), ${longestSeconds}]), $floor($seconds / 100)])`;
  return `($seconds := (${elapsedMillis}) / 1000; ${wait})`;
}
