/** What Step Functions allows an execution's history, less what the estimate may lack. */
const MAX_EVENTS = 24_000;
/** Of an inline Map's output, 256 KiB: with room for long reasons of failure. */
const MAX_INLINE_DATASETS = 100;

/** Wait, describe, choose. */
const EVENTS_PER_POLL = 9;
/** Everything else that happens for one dataset, some retries included. */
const EVENTS_PER_DATASET = 70;
const EVENTS_PER_DATASET_GROUP = 80;
/** Of a dataset group's five types of datasets, these can be exported. */
const EXPORTABLE_TYPES = 3;

/** Whether one execution's history and output bear the work, however long it takes. */
export function isInlineMapEnough(work: { datasets: number; datasetGroups: number; maxConcurrency: number; polls: number }): boolean {
  const datasets = work.datasets + EXPORTABLE_TYPES * work.datasetGroups;
  const events = Math.min(datasets, work.maxConcurrency) * work.polls * EVENTS_PER_POLL
    + datasets * EVENTS_PER_DATASET + work.datasetGroups * EVENTS_PER_DATASET_GROUP;
  return datasets <= MAX_INLINE_DATASETS && events <= MAX_EVENTS;
}
