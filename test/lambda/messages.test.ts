import { readFileSync } from 'fs';
import * as path from 'path';
import { jobArn } from '../../lambda/job';
import {
  clip, duration, emptyExport, failure, jobFailed, jobGone, nameTaken, nameUsedUp, notCreated, rollingBack, statusUnknown, timedOut, type Context,
} from '../../lambda/messages';
import { createEvent, DATASET_ARN, PREVIOUS_ID, properties, ROLE_ARN, updateEvent } from '../../tools/simulation/events';

const LOG_GROUP = 'Shop-ProviderLogGroup-1A2B';
const CONTEXT: Context = { event: updateEvent(properties(), properties()), jobName: 'Shop_Export_1', outputUri: 's3://exports/personalize/Shop_Export_1/', logGroup: LOG_GROUP };
const NAMED: Context = { ...CONTEXT, event: updateEvent(properties(), properties({ JobName: 'Shop_Export_1' })) };

/** Every message; those that quote Personalize with these words. */
const messages = (quoted: string, context = CONTEXT) => [
  ...[1, 4].map(jobs => jobFailed(context, quoted, jobs)),
  ...[undefined, 124].map(seconds => notCreated(context, quoted, seconds)),
  statusUnknown(context, quoted),
  ...(['exists', 'may exist', 'does not exist'] as const).map(job => timedOut(context, quoted, 3312, 3300, job)),
].map(({ message }) => message);
const OTHERS = (context = CONTEXT) => [
  emptyExport(context), jobGone(context, 150), nameTaken(context, ['its role is a (expected b)']), nameUsedUp(context, 'and role changed'), rollingBack(context),
].map(({ message }) => message);
const ALL = [...messages('The moon is full.'), ...OTHERS()];

test.each(ALL)('ends with its context: %s', message => {
  for (const fact of [jobArn(DATASET_ARN, 'Shop_Export_1'), DATASET_ARN, 's3://exports/personalize/Shop_Export_1/', ROLE_ARN, LOG_GROUP]) {
    expect(message.slice(message.indexOf('Job: '))).toContain(fact);
  }
});

test('in a deployment that makes the resource, a message tells how to keep the log group', () => {
  const created = { ...CONTEXT, event: createEvent() };
  for (const message of [...messages('x', created), ...OTHERS(created)]) { expect(message).toContain('--no-rollback'); }
  for (const message of ALL) { expect(message).not.toContain('--no-rollback'); }
});

test('a failed job without a reason is reported as such', () => {
  expect(jobFailed(CONTEXT, undefined, 1).message).toBe(jobFailed(CONTEXT, '', 1).message);
});

test('a name of the user\'s has to change after a failure', () => {
  expect(jobFailed(NAMED, 'x', 1).message).toContain('jobName');
  expect(jobFailed(CONTEXT, 'x', 1).message).not.toContain('jobName');
});

test.each([
  ['Insufficient privileges for accessing data in Amazon S3.', 'bucket policy'],
  ['Unable to assume the role arn:aws:iam::111122223333:role/Exports', 'personalize.amazonaws.com'],
  ['AccessDeniedException: not authorized to perform: iam:PassRole with an explicit deny', 'permissions boundary'],
  ['Invalid S3 output path', 'Region of the dataset'],
  ['LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status.', 'quota'],
  ['ResourceNotFoundException: The given dataset does not exist: x', 'account and Region'],
])('what to do about: %s', (error, words) => {
  expect(notCreated(CONTEXT, error).message).toContain(words);
});

test('an export that timed out names the prop, and what is known of the job', () => {
  const states = messages('status CREATE IN_PROGRESS').slice(-3);
  for (const message of states) { expect(message).toMatch(/timeout of 55 min: status CREATE IN_PROGRESS after 55 min 12 s/); }
  expect(new Set(states).size).toBe(3);
});

describe('docs/faults.md', () => {
  const section = readFileSync(path.join(__dirname, '..', '..', 'docs', 'faults.md'), 'utf8').split('\n## Messages\n')[1].split('\n## ')[0];
  const quoted = [...section.matchAll(/^\| `([^`]+)` \| /gm)].map(([, text]) => text);
  /** `…` stands for any text. */
  const begins = (text: string) => new RegExp(`^${text.split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}`);

  test('explains every message, and no other', () => {
    const all = [...ALL, ...messages('Insufficient privileges')];
    expect(all.filter(message => !quoted.some(text => begins(text).test(message)))).toEqual([]);
    expect(quoted.filter(text => !all.some(message => begins(text).test(message)))).toEqual([]);
  });
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

  it.each(LONG)('stays in bounds for 100 kB of %s, and keeps the context', (_, text) => {
    for (const message of messages(text)) {
      expect(jsonBytes(message)).toBeLessThanOrEqual(MAX);
      expect(message).toContain(jobArn(DATASET_ARN, 'Shop_Export_1'));
      expect(message).toContain(LOG_GROUP);
    }
  });

  it('stays in bounds whatever is long', () => {
    const text = '😀'.repeat(25_000);
    const event = updateEvent(properties(), properties({ JobName: text, RoleArn: text, Prefix: text }), PREVIOUS_ID);
    const context = { event, jobName: text, outputUri: text, logGroup: text };
    const all = [...messages(text, context), ...OTHERS(context), failure(text).message];
    for (const message of all) { expect(jsonBytes(message)).toBeLessThanOrEqual(MAX); }
  });

  it('keeps a reason of ordinary length', () => {
    const reason = 'Zeile 1\nZeile 2: "äöü" 出口 😀 '.repeat(10);
    for (const message of messages(reason)) { expect(message).toContain(reason); }
  });

  it.each(LONG)('never splits a character: %s', (_, text) => {
    const mark = clip(text, 100).slice(clip(text, 100).indexOf('…'));
    const alphabet = new Set(text);
    for (let max = 100; max < 130; max++) {
      const clipped = clip(text, max);
      expect(jsonBytes(clipped)).toBeLessThanOrEqual(max);
      expect(clipped.endsWith(mark)).toBe(true);
      expect([...clipped.slice(0, -mark.length)].every(character => alphabet.has(character))).toBe(true);
      // the longest character takes 6 bytes as JSON
      expect(jsonBytes(clipped)).toBeGreaterThan(max - 7);
    }
  });

  it.each(['"', 'é'])('counts bytes as they are sent: 50 times %s takes 100', character => {
    expect(clip(character.repeat(50), 100)).toBe(character.repeat(50));
    expect(clip(character.repeat(51), 100)).not.toBe(character.repeat(51));
  });
});

test('a failure has no stack trace, which the framework would show', () => {
  expect(failure('text')).toMatchObject({ message: 'text', stack: '' });
});

test.each([[0, '0 s'], [0.4, '0 s'], [59.6, '1 min'], [12, '12 s'], [60, '1 min'], [312, '5 min 12 s'], [3300, '55 min'], [605, '10 min 5 s']])(
  '%d seconds: %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
