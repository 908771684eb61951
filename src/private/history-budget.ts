import { MAX_INLINE_DATASETS, Work, datasetsOf } from './payload-budget';

/** What Step Functions allows an execution's history, less what the estimate may lack. */
const MAX_EVENTS = 24_000;
/** What is certain to be reported well. */
const MAX_DATASETS = 100;

/** Wait, describe, choose. */
const EVENTS_PER_POLL = 9;
/** Everything else that happens for one dataset, some retries included. */
const EVENTS_PER_DATASET = 70;

/** How often a dataset group is asked for its datasets again. */
export const MAX_LIST_RETRIES = 3;
/** Three for each attempt. */
const EVENTS_PER_DATASET_GROUP = 3 * (1 + MAX_LIST_RETRIES) + 6;
/** If none of them can be listed, a redrive has room for the same once more. */
const MAX_DATASET_GROUPS = 600;

/** How long it may take, and what makes events on the way. */
export interface Pace {
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  readonly pollSeconds: number;
}

/** Whether one execution's history and output bear the work, however long it takes. */
export function isInlineMapEnough(work: Work, { maxConcurrency, timeoutSeconds, pollSeconds }: Pace): boolean {
  const all = datasetsOf(work);
  // jobs share the time; the interval grows, so the same time for each is what takes most polls
  const secondsPerJob = timeoutSeconds * Math.min(all, maxConcurrency) / all;
  const events = all * (EVENTS_PER_DATASET + EVENTS_PER_POLL * polls(secondsPerJob, pollSeconds))
    + work.datasetGroupArns.length * EVENTS_PER_DATASET_GROUP;
  return all <= MAX_DATASETS && events <= MAX_EVENTS;
}

/** How often a job is looked at that takes so long: as the fragment waits. */
function polls(seconds: number, pollSeconds: number): number {
  let count = 0;
  for (let elapsed = 0; elapsed < seconds; count++) { elapsed += Math.max(pollSeconds, Math.floor(elapsed / 10)); }
  return count;
}

/** Why an execution's history does not bear the work, whether or not the Map is distributed. */
export function historyProblem({ datasetGroupArns }: Work): string | undefined {
  return datasetGroupArns.length <= MAX_DATASET_GROUPS ? undefined
    : `datasetGroups must be at most ${MAX_DATASET_GROUPS}, as the history of an execution holds no more, got ${datasetGroupArns.length}; make several workflows`;
}

/** Why an inline Map cannot be had, whatever happens. */
export function inlineMapProblem(work: Work): string | undefined {
  const all = datasetsOf(work);
  return all <= MAX_INLINE_DATASETS ? undefined
    : `distributed must not be false for more than ${MAX_INLINE_DATASETS} datasets, three being counted for each dataset group, got ${all}: `
      + 'their report is too large for the output of an execution; leave distributed out';
}
