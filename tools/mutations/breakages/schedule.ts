import { NIGHTLY_BACKUP, SCHEDULE } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** Runs on a schedule. */
export const SCHEDULE_BREAKAGES: Breakage[] = [
  ...breakagesOf('src/dataset-export-schedule.ts', [NIGHTLY_BACKUP, SCHEDULE], {
    'rate-before-its-permission': {
      breaks: 'the first run of a rate may be denied, and be lost', from: 'addDependency(workflow._beforeRuns, ...roles)', to: 'addDependency(workflow._beforeRuns)',
    },
    'rate-before-its-rules': {
      breaks: 'nobody is told how the first run of a rate ended', from: 'this.schedule.node.addDependency(rule);', to: '',
    },
    'failure-target-of-success': {
      breaks: 'onFailure is told of the runs that succeed',
      from: 'this.beforeRuns(workflow.onRunFailed(',
      to: 'this.beforeRuns(workflow.onRunSucceeded(',
    },
    'no-failure-target': {
      breaks: 'onFailure has no effect',
      from: 'if (props.onFailure) {',
      to: 'if (props.onFailure && props.onSuccess) {',
    },
    'no-success-target': {
      breaks: 'onSuccess has no effect',
      from: 'if (props.onSuccess) {',
      to: 'if (props.onSuccess && props.onFailure) {',
      tests: [SCHEDULE],
    },
    'always-disabled': {
      breaks: 'the schedule starts no run',
      from: 'enabled: props.enabled,',
      to: 'enabled: props.enabled === true,',
    },
    'never-disabled': {
      breaks: 'enabled: false has no effect',
      from: 'enabled: props.enabled,',
      to: '',
      tests: [SCHEDULE],
    },
    'dead-letters-without-key': {
      breaks: 'a run that cannot be started is lost if the queue has a key',
      from: 'config.role.addToPrincipalPolicy(statement);',
      to: 'statement.freeze();',
      tests: [SCHEDULE],
    },
    'dead-letters-to-fifo': {
      breaks: 'a FIFO queue fails the deployment',
      from: 'rejectIf(props.deadLetterQueue && fifoProblem(props.deadLetterQueue, \'EventBridge Scheduler\'), literal`InvalidDeadLetterQueue`, this);',
      to: '',
      tests: [SCHEDULE],
    },
    'no-dead-letters': {
      breaks: 'a run that cannot be started is lost',
      from: 'deadLetterQueue: this.deadLetterQueue,',
      to: '',
    },
    'retries-for-a-day': {
      breaks: 'a run starts a day late, together with the next',
      from: 'maxEventAge: props.maxEventAge ?? Duration.hours(1),',
      to: '',
      tests: [SCHEDULE],
    },
    'no-retry-attempts': {
      breaks: 'retryAttempts has no effect',
      from: 'retryAttempts: props.retryAttempts,',
      to: '',
      tests: [SCHEDULE],
    },
    'no-schedule-key': {
      breaks: 'encryptionKey has no effect',
      from: 'key: props.encryptionKey,',
      to: '',
      tests: [SCHEDULE],
    },
    'queue-without-tls': {
      breaks: 'the queue accepts what is not TLS',
      from: 'enforceSSL: true,',
      to: '',
      tests: [SCHEDULE, 'test/security/rule-packs.test.ts'],
    },
    'rule-in-stack-of-workflow': {
      breaks: 'two stacks depend on each other in a circle',
      from: 'target: props.onFailure, crossStackScope: this',
      to: 'target: props.onFailure',
      tests: [SCHEDULE],
    },
    'no-time-window': {
      breaks: 'timeWindow has no effect',
      from: 'timeWindow: props.timeWindow,',
      to: '',
      tests: [SCHEDULE],
    },
  }),
];
