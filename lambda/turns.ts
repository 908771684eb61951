import { createHash } from 'node:crypto';

/** What a look at a job that Personalize had no room for is for. */
export type Turn = 'create' | 'describe' | 'rest';

/**
 * Before the first and before each further attempt, in seconds: of a range that each job takes its own part of, so that hundreds of
 * jobs make no more than two attempts a second. docs/benchmarks.md shows what comes of it.
 */
const INTERVALS: readonly (readonly [min: number, max: number])[] = [[30, 330], [270, 310]];
/** Shorter time limits have shorter intervals in proportion. */
const FULL_LIMIT_SECONDS = 30 * 60;
/** The time that a look itself may take. */
const TOLERANCE_SECONDS = 3;
/** A second attempt in the same turn does no harm, none costs minutes. */
const MIN_WINDOW_SECONDS = 15;

/**
 * When it is a job's turn to ask for room again.
 *
 * Nothing is handed on from one look to the next, so the job's name says when its attempts are due, whichever process looks. What this
 * process has seen of a job only saves calls, and lets it notice the job's end sooner.
 */
export class Turns {
  /** That a job is there, or when it was not. */
  private readonly seen = new Map<string, 'there' | number>();

  /**
   * @param pollSeconds from one look to the next
   * @param now milliseconds since the epoch
   */
  constructor(private readonly pollSeconds: number, private readonly now: () => number) {}

  /**
   * @param startedAt when the first attempt was made, in milliseconds since the epoch
   * @param limit seconds that the job may take in all
   */
  public next(jobArn: string, startedAt: number, limit: number): Turn {
    const seen = this.seen.get(jobArn);
    if (seen === 'there') { return 'describe'; }
    const elapsed = (this.now() - startedAt) / 1000;
    const due = lastDue(jobArn, elapsed, Math.min(1, limit / FULL_LIMIT_SECONDS));
    if (due === undefined || (seen !== undefined && seen >= startedAt + due * 1000)) { return 'rest'; }
    return elapsed - due < Math.max(this.pollSeconds + TOLERANCE_SECONDS, MIN_WINDOW_SECONDS) ? 'create' : 'rest';
  }

  public sawJob(jobArn: string): void {
    this.seen.set(jobArn, 'there');
  }

  public sawNoJob(jobArn: string): void {
    this.seen.set(jobArn, this.now());
  }

  public hadNoRoom(jobArn: string): boolean {
    return typeof this.seen.get(jobArn) === 'number';
  }
}

/** When the latest attempt was due, in seconds; undefined: none was yet. */
function lastDue(jobArn: string, elapsed: number, scale: number): number | undefined {
  let last: number | undefined;
  for (let attempt = 0, due = 0; ; attempt++) {
    const [min, max] = INTERVALS[Math.min(attempt, INTERVALS.length - 1)]!;
    due += scale * (min + (max - min) * fraction(`${jobArn}|${attempt}`));
    if (due > elapsed) { return last; }
    last = due;
  }
}

/** The same for the same text, from 0 to 1, and evenly spread over texts. */
function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
