import { Duration } from 'aws-cdk-lib';

/** Defaults of props that several constructs have. */

/** Personalize's quota for import jobs; it documents none for export jobs. */
export const DEFAULT_MAX_CONCURRENCY = 5;
/** How often a state machine checks the status of a running job. */
export const DEFAULT_POLL_INTERVAL = Duration.minutes(1);
