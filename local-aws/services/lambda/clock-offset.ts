import type { Clock } from '../../core';

/** How far simulated time is ahead of real time: while a function is at work they are equally fast, and it stays as it is. */
export function clockOffset(clock: Clock): number {
  return clock.now() - Date.now();
}
