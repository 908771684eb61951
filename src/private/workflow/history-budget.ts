import { LONGEST_POLL_SECONDS, growingWait } from './growing-wait';
import { MAX_PAGES } from './listing-states';
import { MAX_INLINE_DATASETS, Work, datasetsOf } from './payload-budget';

/** Step Functions' quota for the history of an execution is 25,000 events. The rest is a margin for the estimate. */
const MAX_EVENTS = 24_000;
/** For this many, the report certainly has room for useful failure reasons. */
const MAX_DATASETS = 100;

/** Wait, describe, choose. */
const EVENTS_PER_POLL = 9;
/** List, choose. */
const EVENTS_PER_LISTED_PAGE = 7;
/** All other events of one dataset, including some retries. */
const EVENTS_PER_DATASET = 70 + EVENTS_PER_LISTED_PAGE * MAX_PAGES;

/** To register an export, after one retry. */
const EVENTS_PER_TABLE = 12;
/** And to look at two headers. */
const EVENTS_PER_VERIFIED_TABLE = 48;

/** How often listing the datasets of a group is retried. */
export const MAX_LIST_RETRIES = 3;
/** Three for each attempt. */
const EVENTS_PER_DATASET_GROUP = 3 * (1 + MAX_LIST_RETRIES) + 6;
/** Even if none of them can be listed, the history has room for one redrive. */
const MAX_DATASET_GROUPS = 600;

/** What determines the number of events, besides the work. */
export interface Pace {
  readonly maxConcurrency: number;
  readonly timeoutSeconds: number;
  readonly pollSeconds: number;
}

/** Whether the history and the output of one execution have room for the work, however long it takes. */
export function isInlineMapEnough(work: Work, pace: Pace): boolean {
  return datasetsOf(work) <= MAX_DATASETS && inlineEvents(work, pace) <= MAX_EVENTS;
}

function inlineEvents(work: Work, { maxConcurrency, timeoutSeconds, pollSeconds }: Pace): number {
  const all = datasetsOf(work);
  // jobs share the time. As the interval grows, equal shares are the worst case
  const secondsPerJob = timeoutSeconds * Math.min(all, maxConcurrency) / all;
  return all * (EVENTS_PER_DATASET + EVENTS_PER_POLL * polls(secondsPerJob, pollSeconds)) + work.datasetGroupArns.length * EVENTS_PER_DATASET_GROUP;
}

/** Checks that an inline Map that was enough for the work has room for its tables, too. */
export function tablesHistoryProblem(work: Work, pace: Pace, tables: readonly { readonly header?: string }[]): string | undefined {
  const ofTables = tables.reduce((sum, { header }) => sum + (header === undefined ? EVENTS_PER_TABLE : EVENTS_PER_VERIFIED_TABLE), 0);
  const events = inlineEvents(work, pace) + ofTables;
  return events <= MAX_EVENTS ? undefined
    : `the workflow must have distributed: true for its ${tables.length} tables: the history of an execution has no room for them`;
}

/** How often the fragment polls a job that takes this long. */
function polls(seconds: number, pollSeconds: number): number {
  let count = 0;
  for (let elapsed = 0; elapsed < seconds; count++) { elapsed += growingWait(pollSeconds, elapsed, LONGEST_POLL_SECONDS); }
  return count;
}

/** Checks what applies to both kinds of Map. */
export function historyProblem({ datasetGroupArns }: Work): string | undefined {
  return datasetGroupArns.length <= MAX_DATASET_GROUPS ? undefined
    : `datasetGroups must have at most ${MAX_DATASET_GROUPS} elements, got ${datasetGroupArns.length}: `
      + 'the history of an execution has no room for more. Split them among several workflows';
}

/** Checks `distributed: false`. */
export function inlineMapProblem(work: Work): string | undefined {
  const all = datasetsOf(work);
  return all <= MAX_INLINE_DATASETS ? undefined
    : `distributed must not be false for more than ${MAX_INLINE_DATASETS} datasets, counting three for each dataset group, got ${all}: `
      + 'their report is too large for the output of an execution; leave distributed out';
}
