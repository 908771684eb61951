import { ServiceError } from '../core';
import type { PersonalizeSettings } from '../wire';

/** Real jobs take minutes to hours; these are long enough that a poller sees every status. */
export const DEFAULT_SETTINGS: PersonalizeSettings = {
  secondsPending: 20,
  secondsInProgress: 40,
  maxConcurrentJobs: null,
  failNextJobsWith: null,
  failJobsOf: {},
  jobs: {},
  datasetsPerPage: 100,
  statusInProgress: null,
  sendSourceContext: false,
  recordsPerFile: 600,
};

/** Changes some settings, and those of some jobs; a misspelt one is refused. */
export function changeSettings(settings: PersonalizeSettings, { jobs, ...change }: Record<string, unknown>): void {
  const unknown = Object.keys(change).filter((name) => !(name in DEFAULT_SETTINGS));
  if (unknown.length > 0) {
    throw new ServiceError('InvalidSettings', `There is no setting ${unknown.join(', ')}`);
  }
  Object.assign(settings, change, jobs && { jobs: { ...settings.jobs, ...jobs } });
}
