import { createHash } from 'node:crypto';
import type { Dependencies } from './dependencies';

/** What to do, at a poll, about a job that Personalize had no room for. */
export type Turn = 'create' | 'describe' | 'rest';

/**
 * Seconds before the first and before each further attempt. Each job takes its own time in the range, so that hundreds of jobs make at
 * most two attempts a second: see docs/benchmarks.md.
 */
const INTERVALS: readonly (readonly [min: number, max: number])[] = [[30, 330], [270, 310]];
/** Shorter timeouts have proportionally shorter intervals. */
const FULL_TIMEOUT_SECONDS = 30 * 60;
/** How long a poll itself may take. */
const TOLERANCE_SECONDS = 3;
/** A second attempt in the same turn does no harm; a missed turn costs minutes. */
const MIN_WINDOW_SECONDS = 15;

/**
 * When it is a job's turn to ask for room again.
 *
 * No state is passed from one poll to the next, so the job's name decides when its attempts are due, in whichever process. What this
 * process has seen of a job only saves calls, and lets it notice the job's end sooner.
 */
export class Turns {
  /** That there is a job, or when there was none. */
  private readonly seen = new Map<string, 'there' | number>();

  constructor(private readonly deps: Dependencies) {}

  /**
   * @param startedAt when the first attempt was made, in milliseconds since the epoch
   * @param timeoutSeconds how long the job may take in all
   */
  public next(jobArn: string, startedAt: number, timeoutSeconds: number): Turn {
    const seen = this.seen.get(jobArn);
    if (seen === 'there') { return 'describe'; }
    const elapsed = (this.deps.now() - startedAt) / 1000;
    const due = lastDue(jobArn, elapsed, Math.min(1, timeoutSeconds / FULL_TIMEOUT_SECONDS));
    if (due === undefined || (seen !== undefined && seen >= startedAt + due * 1000)) { return 'rest'; }
    return elapsed - due < Math.max(this.deps.pollSeconds + TOLERANCE_SECONDS, MIN_WINDOW_SECONDS) ? 'create' : 'rest';
  }

  public sawJob(jobArn: string): void {
    this.seen.set(jobArn, 'there');
  }

  public sawNoJob(jobArn: string): void {
    this.seen.set(jobArn, this.deps.now());
  }

  public hadNoRoom(jobArn: string): boolean {
    return typeof this.seen.get(jobArn) === 'number';
  }
}

/** When the latest attempt was due, in seconds; undefined if none was. */
function lastDue(jobArn: string, elapsed: number, scale: number): number | undefined {
  let last: number | undefined;
  for (let attempt = 0, due = 0; ; attempt++) {
    const [min, max] = INTERVALS[Math.min(attempt, INTERVALS.length - 1)]!;
    due += scale * (min + (max - min) * fraction(`${jobArn}|${attempt}`));
    if (due > elapsed) { return last; }
    last = due;
  }
}

/** A number from 0 to 1: the same for the same text, and evenly spread over texts. */
function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
