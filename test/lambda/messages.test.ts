import { jobArn, type ExportRequest } from '../../lambda/export-request';
import {
  clip, createFailedMessage, describeFailedMessage, duration, failure, lostMessage, nameTakenMessage, nameUsedUpMessage, notSettledMessage,
  notStartedMessage, rollingBackMessage, timedOutMessage, type FailureContext,
} from '../../lambda/messages';
import { DATASET_ARN, KEY_ARN, ROLE_ARN } from '../../tools/simulation/events';

const REQUEST: ExportRequest = {
  jobName: 'Shop_Export_1',
  datasetArn: DATASET_ARN,
  ingestionMode: 'ALL',
  roleArn: ROLE_ARN,
  outputUri: 's3://exports/personalize/Shop_Export_1/',
  kmsKeyArn: KEY_ARN,
  tags: {},
};
const CONTEXT: FailureContext = {
  request: REQUEST, jobArn: jobArn(DATASET_ARN, 'Shop_Export_1'), generatedName: true, logGroup: 'Shop-ProviderLogGroup-1A2B', isNew: false,
};

const ALL: [string, (context: FailureContext) => string][] = [
  ['a job that failed', context => createFailedMessage('The moon is full.', 1, context)],
  ['a job that failed without a reason', context => createFailedMessage(undefined, 1, context)],
  ['several jobs that failed', context => createFailedMessage('Insufficient privileges.', 3, context)],
  ['a job that could not be created', context => notStartedMessage('ResourceNotFoundException: The given dataset does not exist: x', context)],
  ['a policy that does not take effect', context => notSettledMessage('AccessDeniedException: x', 132, context)],
  ['a stack that rolls back', context => rollingBackMessage(context)],
  ['a name that is taken', context => nameTakenMessage(['role there is a, here b'], context)],
  ['a name that is used up', context => nameUsedUpMessage('and role changed', context)],
  ['a job that may not be looked at', context => describeFailedMessage('AccessDeniedException: x', context)],
  ['a job that is gone', context => lostMessage(150, context)],
  ['a job that takes too long', context => timedOutMessage('status CREATE IN_PROGRESS', 3303, 3300, true, context)],
];

// What the messages say is compared with README.md and docs/faults.md: test/lambda/readme-messages.test.ts. Here is what holds for each of them.

test.each(ALL)('%s: what happened comes first, what it is about last', (_, message) => {
  expect(message(CONTEXT)).toMatch(/^(Dataset export job|Could not get the status|jobName "Shop_Export_1")/);
  expect(message(CONTEXT).split(' Job: ')[1]).toBe(
    `${CONTEXT.jobArn}. Dataset: ${DATASET_ARN}. Destination: ${REQUEST.outputUri}. Role: ${ROLE_ARN}. Logs: log group Shop-ProviderLogGroup-1A2B.`,
  );
});

test.each(ALL)('%s: in a deployment that made the resource, it says what becomes of the log group', (_, message) => {
  expect(message({ ...CONTEXT, isNew: true })).toContain(' Logs: log group Shop-ProviderLogGroup-1A2B (');
});

test('Personalize\'s own words come before ours', () => {
  const reason = 'The moon is full.';
  for (const message of [createFailedMessage(reason, 1, CONTEXT), notStartedMessage(reason, CONTEXT), notSettledMessage(reason, 120, CONTEXT)]) {
    expect(message).toMatch(/^Dataset export job [a-zA-Z _()]+: The moon is full\./);
  }
  expect(createFailedMessage(undefined, 1, CONTEXT)).toBe(createFailedMessage('', 1, CONTEXT));
});

test('a name of the user\'s has to change after a failure', () => {
  expect(createFailedMessage('x', 1, { ...CONTEXT, generatedName: false })).toContain('jobName');
  expect(createFailedMessage('x', 1, CONTEXT)).not.toContain('jobName');
});

test.each([
  ['Insufficient privileges for accessing data in Amazon S3.', 'bucket policy'],
  ['Unable to assume the role arn:aws:iam::111122223333:role/Exports', 'must trust personalize.amazonaws.com'],
  ['AccessDeniedException: not authorized to perform: iam:PassRole with an explicit deny', 'permissions boundary'],
  ['Invalid S3 output path', 'Region of the dataset'],
  ['LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status.', 'quota'],
  ['ResourceNotFoundException: The given dataset does not exist: x', 'account and Region'],
])('what to do about: %s', (error, words) => {
  expect(notStartedMessage(error, CONTEXT)).toContain(words);
});

test('a job that took too long goes on, unless there is none, or nobody knows', () => {
  const message = (created: boolean | undefined) => timedOutMessage('status CREATE PENDING', 61, 60, created, CONTEXT);

  expect(message(true)).toContain('The job continues');
  expect(message(undefined)).toContain('The job, if it was created, continues');
  expect(message(false)).not.toContain('continues');
});

describe('the length of a message', () => {
  const MAX = 1800;
  const jsonBytes = (text: string) => Buffer.byteLength(JSON.stringify(text)) - 2;

  const LONG: [string, string][] = [
    ['ASCII', 'x'.repeat(100_000)],
    ['emoji', '😀'.repeat(25_000)],
    ['emoji, off by one byte', `a${'😀'.repeat(25_000)}`],
    ['CJK', '出'.repeat(33_000)],
    ['control characters', '\u0001'.repeat(100_000)],
    ['quotes and backslashes', '"\\'.repeat(50_000)],
    ['line breaks', '\r\n'.repeat(50_000)],
    ['halves of characters', '\ud83d'.repeat(50_000)],
    ['combined characters', '👩‍👩‍👧‍👦'.repeat(4_000)],
  ];

  it.each(LONG)('stays in bounds for 100 kB of %s, and keeps the job, the destination and the logs', (_, text) => {
    for (const message of [
      createFailedMessage(text, 1, CONTEXT), notStartedMessage(text, CONTEXT), notSettledMessage(text, 130, CONTEXT),
      describeFailedMessage(text, CONTEXT),
      timedOutMessage(text, 61, 60, true, CONTEXT),
    ]) {
      expect(jsonBytes(message)).toBeLessThanOrEqual(MAX);
      expect(message).toContain('… (cut)');
      expect(message).toContain(`Job: ${CONTEXT.jobArn}.`);
      expect(message).toContain(`Destination: ${REQUEST.outputUri}.`);
      expect(message).toContain(`Logs: log group ${CONTEXT.logGroup}.`);
    }
  });

  it('stays in bounds whatever is long', () => {
    const text = '😀'.repeat(25_000);
    const request = { ...REQUEST, jobName: text, outputUri: text, roleArn: text };
    const context = { request, jobArn: text, generatedName: false, logGroup: text, isNew: true };
    for (const message of [
      createFailedMessage(text, 1, context), nameTakenMessage([text], context), nameUsedUpMessage(text, context), lostMessage(1, context),
      rollingBackMessage(context),
    ]) {
      expect(jsonBytes(message)).toBeLessThanOrEqual(MAX);
    }
    expect(jsonBytes(failure(`prefix may hold ..., got ${text}`).message)).toBeLessThanOrEqual(MAX);
  });

  it('keeps a reason of ordinary length untouched', () => {
    const reason = 'Zeile 1\nZeile 2: "äöü" 出口 😀 '.repeat(10);
    expect(createFailedMessage(reason, 1, CONTEXT)).toContain(reason);
  });

  it.each(LONG)('never cuts %s in the middle of a character', (_, text) => {
    const mark = '… (cut)';
    const alphabet = new Set(text);
    for (let max = 100; max < 130; max++) {
      const clipped = clip(text, max);
      expect(jsonBytes(clipped)).toBeLessThanOrEqual(max);
      expect(clipped.endsWith(mark)).toBe(true);
      expect([...clipped.slice(0, -mark.length)].every(character => alphabet.has(character))).toBe(true);
      // not shorter than it has to be: the longest character takes 6 bytes as JSON
      expect(jsonBytes(clipped)).toBeGreaterThan(max - 7);
    }
  });

  it('counts bytes as they are sent: a text that just fits is not cut, one byte more is', () => {
    expect(clip('"'.repeat(50), 100)).toBe('"'.repeat(50));
    expect(clip('"'.repeat(51), 100)).not.toBe('"'.repeat(51));
    expect(clip('é'.repeat(50), 100)).toBe('é'.repeat(50));
    expect(clip('é'.repeat(51), 100)).not.toBe('é'.repeat(51));
  });
});

describe('failure', () => {
  it('has no stack trace, which the framework would show', () => {
    expect(failure('text')).toMatchObject({ message: 'text', stack: '' });
  });
});

describe('duration', () => {
  it.each([[0, '0 s'], [0.4, '0 s'], [59.6, '1 min'], [12, '12 s'], [60, '1 min'], [312, '5 min 12 s'], [600, '10 min'], [3300, '55 min'], [605, '10 min 5 s']])(
    '%d seconds: %s', (seconds, text) => {
      expect(duration(seconds)).toBe(text);
    });
});
