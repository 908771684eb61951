import { changeSettings } from '../../front/settings';
import type { PersonalizeSettings } from '../../wire';

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

/** Changes some settings, and those of some jobs. */
export function changePersonalizeSettings(settings: PersonalizeSettings, change: Partial<PersonalizeSettings>): PersonalizeSettings {
  return changeSettings(settings, { ...change, jobs: { ...settings.jobs, ...change.jobs } });
}
