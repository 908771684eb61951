import { FAILURES, FAULTS, FRAMEWORK, LATE_DENIAL, LIFECYCLE, MESSAGES, QUICKSTART, STACKS } from './tests';
import { type Breakage, breakagesOf } from '../breakage';

/** What an error means, and what the user reads. */
export const FAILURE_BREAKAGES: Breakage[] = [
  ...breakagesOf('lambda/failures.ts', [LIFECYCLE, FAILURES], {
    'throttling-is-final': {
      breaks: 'a throttled call fails the deployment',
      from: '\'ThrottlingException\', \'Throttling\', ',
      to: '',
      tests: [FAULTS, FAILURES],
    },
    'no-room-is-final': {
      breaks: 'the sixth job of an account fails',
      from: '  ...NO_ROOM_NAMES,\n',
      to: '',
    },
    'in-use-is-final': {
      breaks: 'a dataset that is in use fails the deployment',
      from: '[\'LimitExceededException\', \'ResourceInUseException\']',
      to: '[\'LimitExceededException\']',
    },
    'taken-is-final': {
      breaks: 'a lost answer fails an export that runs',
      from: 'if (name === \'ResourceAlreadyExistsException\') { return \'exists\'; }',
      to: '',
      tests: [FAULTS, FAILURES],
    },
    'missing-is-final': {
      breaks: 'a job that Describe does not know yet fails the deployment',
      from: 'if (name === \'ResourceNotFoundException\') { return \'missing\'; }',
      to: '',
      tests: [FAULTS, FAILURES],
    },
    'explicit-deny-waited-out': {
      breaks: 'an explicit deny is tried for two minutes',
      from: '/explicit deny|no (service',
      to: '/no (service',
      tests: [FAILURES, LATE_DENIAL],
    },
    'boundary-waited-out': {
      breaks: 'a permissions boundary is tried for two minutes',
      from: '|no permissions boundary allows/i',
      to: '/i',
      tests: [FAILURES],
    },
    'denial-is-final': {
      breaks: 'a new policy that has not propagated fails the deployment',
      from: 'if (ACCESS_DENIED_NAMES.has(name)) {',
      to: 'if (ACCESS_DENIED_NAMES.has(code)) {',
    },
    'bad-role-is-final': {
      breaks: 'a new role that has not propagated fails the deployment',
      from: 'if (name === \'InvalidInputException\' && ROLE_OR_POLICY.test(message)) {',
      to: 'if (name === \'InvalidInput\' && ROLE_OR_POLICY.test(message)) {',
    },
    'new-credentials-are-final': {
      breaks: 'new credentials that have not propagated fail the deployment',
      from: '\'UnrecognizedClientException\', ',
      to: '',
    },
    'no-dns-is-transient': {
      breaks: 'a Region without Personalize fails only at the timeout',
      from: 'new Set([\'ENOTFOUND\'])',
      to: 'new Set([\'ENOTFOUND_\'])',
    },
    'server-error-is-final': {
      breaks: 'an internal error of AWS fails the deployment',
      from: 'return status >= 500 || status === 429',
      to: 'return status === 429',
      tests: [FAULTS, FAILURES],
    },
    'garbled-answer-is-final': {
      breaks: 'an answer that was cut off fails the deployment',
      from: 'status !== undefined && status >= 300',
      to: 'status !== undefined',
      tests: [FAILURES, 'test/lambda/personalize-api.test.ts'],
    },
    'own-mistake-is-transient': {
      breaks: 'a mistake of the handler shows only at the timeout',
      from: '\'TypeError\', ',
      to: '',
      tests: [FAILURES],
    },
    'bad-data-settles': {
      breaks: 'an export of bad data is tried four times',
      from: 'return ROLE_OR_POLICY.test(failureReason) &&',
      to: 'return failureReason !== \'\' &&',
      tests: [QUICKSTART, LATE_DENIAL],
    },
  }),
  ...breakagesOf('lambda/messages.ts', [FRAMEWORK, MESSAGES], {
    'message-too-long': {
      breaks: 'CloudFormation refuses the response, and waits for an hour',
      from: 'MAX_MESSAGE_BYTES = 1800',
      to: 'MAX_MESSAGE_BYTES = 18000',
    },
    'quote-too-long': {
      breaks: 'a long reason cuts off the rest of the message',
      from: 'MAX_QUOTE_BYTES = 700',
      to: 'MAX_QUOTE_BYTES = 7000',
    },
    'quote-too-short': {
      breaks: 'an ordinary reason is cut off',
      from: 'MAX_QUOTE_BYTES = 700',
      to: 'MAX_QUOTE_BYTES = 30',
      tests: [QUICKSTART, MESSAGES],
    },
    'stack-trace': {
      breaks: 'the reason ends with a stack trace',
      from: 'error.stack = \'\';',
      to: '',
    },
    'characters-for-bytes': {
      breaks: 'CloudFormation refuses the response, and waits for an hour',
      from: 'return Buffer.byteLength(JSON.stringify(text)) - 2;',
      to: 'return text.length;',
    },
    'split-characters': {
      breaks: 'the end of a long reason is garbled',
      from: 'for (const character of text) {',
      to: 'for (const character of text.split(\'\')) {',
      tests: [MESSAGES],
    },
    'no-reason-in-message': {
      breaks: 'a failed deployment does not say why',
      from: '(CREATE FAILED): ${quote(reason || \'Personalize gave no reason\')}`',
      to: '(CREATE FAILED): ${quote(\'Personalize gave no reason\')}`',
      tests: [STACKS, LIFECYCLE],
    },
    'no-context': {
      breaks: 'a failed deployment does not say which job failed',
      from: '`Job: ${jobArn(properties.DatasetArn, jobName)}. Dataset',
      to: '`Dataset',
      tests: [QUICKSTART, MESSAGES],
    },
    'no-hint': {
      breaks: 'a failed deployment does not say what to do',
      from: 'return HINTS.find(({ pattern }) => pattern.test(text))?.hint ?? \'\';',
      to: 'return HINTS.find(({ pattern }) => pattern.test(text) && text === \'\')?.hint ?? \'\';',
      tests: [MESSAGES],
    },
    'no-error-in-message': {
      breaks: 'a refused export does not say why',
      from: 'Dataset export job could not be created: ${quote(error)}`',
      to: 'Dataset export job could not be created`',
      tests: [FAULTS, LIFECYCLE],
    },
    'name-may-stay': {
      breaks: 'the next deployment fails, because the jobName is used up',
      from: 'event.ResourceProperties.JobName === undefined ? \'\' :',
      to: 'event.ResourceProperties.JobName !== undefined ? \'\' :',
      tests: [MESSAGES],
    },
  }),
  ...breakagesOf('lambda/log.ts', [FRAMEWORK, LIFECYCLE], {
    'tags-in-log': {
      breaks: 'values of tags are in the log',
      from: 'text?.replaceAll(value, \'***\')',
      to: 'text?.replaceAll(value, value)',
    },
    'lines-in-log': {
      breaks: 'a message that contains a line break is two log entries',
      from: '...fields, detail })}\\n`',
      to: '...fields })}${detail}\\n`',
    },
  }),
];
