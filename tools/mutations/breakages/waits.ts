import {
  CONCURRENCY, FAULTS, FRAMEWORK, HAND_OVER, LATE_DENIAL, LIFECYCLE, LONG_EXPORTS, MODEL, NO_ROOM, PERSONALIZE_API, PROVIDER, ROLLBACK, SEQUENCES,
  UPDATE,
} from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** How long a deployment waits, for what, and how often it asks. */
export const WAIT_BREAKAGES: Breakage[] = [
  ...breakagesOf('lambda/settling.ts', [FRAMEWORK, LATE_DENIAL, LIFECYCLE], {
    'no-time-to-settle': {
      breaks: 'a new policy that has not propagated fails the deployment',
      from: 'SETTLING_TIME = 2 * 60 * 1000',
      to: 'SETTLING_TIME = 2 * 1000',
    },
    'endless-settling': {
      breaks: 'a missing permission is noticed only at the timeout',
      from: 'SETTLING_TIME = 2 * 60 * 1000',
      to: 'SETTLING_TIME = 200 * 60 * 1000',
    },
    'one-job-only': {
      breaks: 'a job that began before its policies had propagated fails the deployment',
      from: 'JOBS_AT = [0, 30_000, 60_000, SETTLING_TIME]',
      to: 'JOBS_AT = [0]',
    },
    'jobs-in-a-row': {
      breaks: 'all jobs are used up before the policies have propagated',
      from: 'JOBS_AT = [0, 30_000, 60_000, SETTLING_TIME]',
      to: 'JOBS_AT = [0, 0, 0, 0]',
    },
    'slow-failures-count': {
      breaks: 'a job that failed for good gets another one',
      from: 'MAX_TIME_TO_FAIL = 5 * 60',
      to: 'MAX_TIME_TO_FAIL = 500 * 60',
    },
    'impatient': {
      breaks: 'an outage of a minute fails an update',
      from: 'PATIENCE = 10 * 60',
      to: 'PATIENCE = 10',
      tests: [UPDATE, ROLLBACK, MODEL],
    },
    'endless-patience': {
      breaks: 'a rollback never ends while CloudFormation does not answer',
      from: 'PATIENCE = 10 * 60',
      to: 'PATIENCE = 1000 * 60',
      tests: [ROLLBACK, UPDATE],
    },
    'own-name-again': {
      breaks: 'a job with a jobName is started again, under another name',
      from: 'properties.JobName !== undefined || index + 1',
      to: 'index + 1',
    },
    'no-new-start': {
      breaks: 'a long export that failed without a rollback fails forever', from: 'if (index === 0 && continues(properties)', to: 'if (index < 0 && continues(properties)', tests: [HAND_OVER],
    },
    'new-start-in-same-deployment': {
      breaks: 'a failed long export is started once more',
      from: 'startedAt - EARLIER_DEPLOYMENT_MARGIN',
      to: 'startedAt + EARLIER_DEPLOYMENT_MARGIN',
      tests: [HAND_OVER],
    },
  }),
  ...breakagesOf('lambda/waiting.ts', [FRAMEWORK, LIFECYCLE, HAND_OVER], {
    'never-over': {
      breaks: 'CloudFormation gives up first, and says nothing useful',
      from: '>= waitSeconds(ResourceProperties, before) * 1000',
      to: '>= waitSeconds(ResourceProperties, before) * 2000',
    },
    'over-at-once': {
      breaks: 'an export fails at half of its timeout',
      from: '>= waitSeconds(ResourceProperties, before) * 1000',
      to: '>= waitSeconds(ResourceProperties, before) * 500',
      tests: [LONG_EXPORTS, LIFECYCLE],
    },
    'no-handing-over': {
      breaks: 'an export fails after 55 minutes, whatever its timeout',
      from: 'if (handsOver(properties)) {',
      to: 'if (handsOver(properties) && jobName === \'\') {',
      tests: [LONG_EXPORTS, HAND_OVER],
    },
    'time-of-earlier-export': {
      breaks: 'an export that is started anew has no time left',
      from: 'Math.min(waitedSeconds(properties), Math.max(0, (startedAt - (createdAt?.getTime() ?? 0)) / 1000))',
      to: 'waitedSeconds(properties)',
      tests: [HAND_OVER],
    },
    'no-date-no-time': {
      breaks: 'an export that is started anew fails at once if Personalize does not tell since when',
      from: ' || (job === \'exists\' && createdAt === undefined)',
      to: '',
      tests: [SEQUENCES, HAND_OVER],
    },
    'no-look-no-time': {
      breaks: 'an export that is started anew fails when one look at it is throttled',
      from: 'job === \'may exist\' || ',
      to: '',
      tests: [HAND_OVER],
    },
  }),
  ...breakagesOf('lambda/resource.ts', [FRAMEWORK, HAND_OVER, LIFECYCLE], {
    'always-waits': {
      breaks: 'waitForCompletion: false waits',
      from: 'WaitForCompletion !== \'false\'',
      to: 'WaitForCompletion !== \'no\'',
      tests: [LONG_EXPORTS, LIFECYCLE, UPDATE],
    },
    'never-hands-over': {
      breaks: 'an export fails after 55 minutes, whatever its timeout',
      from: 'HandsOver === \'true\'',
      to: 'HandsOver === \'yes\'',
      tests: [LONG_EXPORTS, HAND_OVER],
    },
    'longer-than-cloudformation': {
      breaks: 'CloudFormation gives up first, and says nothing useful',
      from: 'left : Math.min(left, MAX_CUSTOM_RESOURCE_SECONDS)',
      to: 'left : left',
      tests: [HAND_OVER],
    },
    'no-limit-in-background': {
      breaks: 'CloudFormation gives up first on a job that is only to be created',
      from: 'properties.WaitedSeconds === undefined && waits(properties) ?',
      to: 'properties.WaitedSeconds === undefined ?',
      tests: [NO_ROOM, HAND_OVER],
    },
    'timeout-of-each': {
      breaks: 'the last resource waits as long as all of them',
      from: 'timeoutSeconds(properties) - before;',
      to: 'timeoutSeconds(properties);',
      tests: [HAND_OVER],
    },
  }),
  ...breakagesOf('src/contract/limits.ts', [FRAMEWORK, LONG_EXPORTS], {
    'no-margin': {
      breaks: 'CloudFormation gives up first, and says nothing useful',
      from: 'MARGIN_SECONDS = 5 * 60',
      to: 'MARGIN_SECONDS = 0',
    },
  }),
  ...breakagesOf('lambda/turns.ts', [NO_ROOM, HAND_OVER], {
    'all-at-once': {
      breaks: 'hundreds of jobs ask for room in the same second',
      from: '/ 2 ** 32',
      to: '/ 2 ** 64',
    },
    'asks-always': {
      breaks: 'hundreds of jobs ask for room at each poll',
      from: '[[30, 330], [270, 310]]',
      to: '[[1, 2], [1, 2]]',
    },
    'asks-rarely': {
      breaks: 'a job starts long after there is room',
      from: '[[30, 330], [270, 310]]',
      to: '[[30, 330], [2700, 3100]]',
    },
    'short-timeouts-like-long': {
      breaks: 'with a timeout of minutes, a job never asks for room again',
      from: 'Math.min(1, timeoutSeconds / FULL_TIMEOUT_SECONDS)',
      to: '1',
    },
    'turns-missed': {
      breaks: 'a job misses its turns, and starts long after there is room',
      from: 'Math.max(this.deps.pollSeconds + TOLERANCE_SECONDS, MIN_WINDOW_SECONDS)',
      to: 'TOLERANCE_SECONDS',
    },
    'forgets-its-job': {
      breaks: 'the end of a job that found no room at first is never seen',
      from: 'if (seen === \'there\') { return \'describe\'; }',
      to: 'if (seen === \'there\') { return \'rest\'; }',
    },
    'asks-twice': {
      breaks: 'a job asks for room twice in a turn',
      from: ' || (seen !== undefined && seen >= startedAt + due * 1000)',
      to: '',
    },
  }),
  ...breakagesOf('lambda/index.ts', [FAULTS], {
    'no-request-timeout': {
      breaks: 'a call that hangs uses up the function\'s time',
      from: 'throwOnRequestTimeout: true',
      to: 'throwOnRequestTimeout: false',
    },
    'many-attempts-in-a-poll': {
      breaks: 'retries of the SDK make a poll longer than the function may run',
      from: 'requestHandler, maxAttempts: 1 }',
      to: 'requestHandler, maxAttempts: 30 }',
      tests: [FAULTS, PERSONALIZE_API],
    },
    'handler-without-complete': {
      breaks: 'no export ever ends',
      from: 'lifecycle.isComplete(event)',
      to: 'lifecycle.onEvent(event as never)',
      tests: [FAULTS],
    },
  }),
  ...breakagesOf('src/dataset-export-provider.ts', [FAULTS, PROVIDER], {
    'handler-has-seconds': {
      breaks: 'a call that takes long fails the deployment',
      from: 'HANDLER_TIMEOUT = Duration.minutes(3)',
      to: 'HANDLER_TIMEOUT = Duration.seconds(3)',
    },
    'framework-gives-up': {
      breaks: 'an export of an hour fails in the words of the framework',
      from: 'Duration.seconds(Math.ceil(CLOUDFORMATION_LIMIT_SECONDS / pollInterval.toSeconds()) * pollInterval.toSeconds())',
      to: 'Duration.minutes(30)',
      tests: [LONG_EXPORTS, PROVIDER],
    },
    'framework-asks-for-no-room': {
      breaks: 'a busy account fails the deployment',
      from: '\'AWS_MAX_ATTEMPTS\', `${FRAMEWORK_ATTEMPTS}`',
      to: '\'AWS_MAX_ATTEMPTS\', \'1\'',
      tests: [CONCURRENCY, PROVIDER],
    },
    'only-first-function-patient': {
      breaks: 'a busy account fails the deployment',
      from: 'frameworkFunctions.slice(0, ENTRY_POINTS.length)',
      to: 'frameworkFunctions.slice(0, 1)',
      tests: [CONCURRENCY, PROVIDER],
    },
    'default-poll-interval': {
      breaks: 'pollInterval has no effect',
      from: 'queryInterval: pollInterval,',
      to: '',
      tests: [PROVIDER],
    },
    'handler-knows-no-interval': {
      breaks: 'jobs without room miss their turns',
      from: 'POLL_SECONDS: `${pollInterval.toSeconds()}`,',
      to: '',
      tests: [FAULTS, PROVIDER],
    },
  }),
];
