/** Test files that notice breakages. */

// judges
export const QUICKSTART = 'test/e2e/quickstart.test.ts';
export const STACKS = 'test/e2e/stacks.test.ts';
export const FAULTS = 'test/e2e/faults.test.ts';
export const SEQUENCES = 'test/e2e/sequences.test.ts';
export const LONG_EXPORTS = 'test/e2e/long-exports.test.ts';
export const OTHER_STACKS = 'test/e2e/other-stacks.test.ts';
export const CONCURRENCY = 'test/e2e/lambda-concurrency.test.ts';
export const NIGHTLY_BACKUP = 'test/e2e/nightly-backup.test.ts';
export const SIMULATION = 'test/security/simulation.test.ts';
export const ORGANIZATION = 'test/security/organization.test.ts';
export const POLICIES = 'test/security/policies.test.ts';
export const GRANTED = 'test/security/grants.test.ts';
export const REMOVAL = 'test/src/removal.test.ts';
export const IAM_QUOTAS = 'test/src/iam-quotas.test.ts';
export const RUNS = 'test/src/private/workflow/run-states.test.ts';
export const FRAGMENT = 'test/src/private/workflow/export-states.test.ts';
export const REDRIVES = 'test/src/private/workflow/redrive.test.ts';
export const QUOTAS = 'test/src/private/workflow/quotas.test.ts';
export const FRAMEWORK = 'test/lambda/framework.test.ts';

// unit tests
export const DESTINATION = 'test/src/export-destination.test.ts';
export const JOB = 'test/src/dataset-export-job.test.ts';
export const GRANTS = 'test/src/dataset-export-job-grants.test.ts';
export const PROVIDER_SETTINGS = 'test/src/provider-settings.test.ts';
export const PROVIDER = 'test/src/dataset-export-provider.test.ts';
export const PROVIDER_EVENTS = 'test/src/provider-events.test.ts';
export const SCHEDULE = 'test/src/dataset-export-schedule.test.ts';
export const WORKFLOW = 'test/src/dataset-export-workflow.test.ts';
export const FRAGMENT_PROPS = 'test/src/dataset-export-fragment.test.ts';
export const TRIGGER = 'test/src/export-trigger.test.ts';
export const LANES = 'test/src/private/lanes.test.ts';
export const ACCESS = 'test/src/private/personalize-access.test.ts';
export const PERMISSIONS = 'test/src/private/policies/handler-permissions.test.ts';
export const CROSS_STACK = 'test/src/private/cross-stack-attribute.test.ts';
export const ENVIRONMENTS = 'test/src/private/environments.test.ts';
export const VALIDATION = 'test/src/private/validation.test.ts';
export const NAMES = 'test/src/private/job-name.test.ts';
export const LIFECYCLE = 'test/lambda/lifecycle.test.ts';
export const MODEL = 'test/lambda/lifecycle.model.test.ts';
export const MIDNIGHT = 'test/lambda/midnight.test.ts';
export const INVENTORY = 'test/lambda/inventory.test.ts';
export const STORAGE_API = 'test/lambda/storage-api.test.ts';
export const UPDATE = 'test/lambda/update.test.ts';
export const ROLLBACK = 'test/lambda/rollback.test.ts';
export const HAND_OVER = 'test/lambda/hand-over.test.ts';
export const NO_ROOM = 'test/lambda/no-room.test.ts';
export const LATE_DENIAL = 'test/lambda/late-denial.test.ts';
export const TAKEN_NAME = 'test/lambda/taken-name.test.ts';
export const FAILURES = 'test/lambda/failures.test.ts';
export const MESSAGES = 'test/lambda/messages.test.ts';
export const HANDLER_NAMES = 'test/lambda/job-name.test.ts';
export const REQUEST = 'test/lambda/export-request.test.ts';
export const STACK_API = 'test/lambda/cloudformation-api.test.ts';
export const PERSONALIZE_API = 'test/lambda/personalize-api.test.ts';
