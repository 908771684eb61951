import { DATASET_ARN, KEY_ARN, ROLE_ARN } from './events';
import { jobArn, type ExportRequest } from '../../lambda/export-request';
import {
  clip, createFailedMessage, describeFailedMessage, duration, failure, lostMessage, nameTakenMessage, nameUsedUpMessage, notSettledMessage,
  notStartedMessage, rollingBackMessage, timedOutMessage, type FailureContext,
} from '../../lambda/messages';

// Every message that a user may read in the stack's events. Read it like a page: what happened, what to do, what it was about.

const REQUEST: ExportRequest = {
  jobName: 'Shop_Export_1',
  datasetArn: DATASET_ARN,
  ingestionMode: 'ALL',
  roleArn: ROLE_ARN,
  outputUri: 's3://exports/personalize/Shop_Export_1/',
  kmsKeyArn: KEY_ARN,
  tags: {},
};
const CONTEXT: FailureContext = { request: REQUEST, jobArn: jobArn(DATASET_ARN, 'Shop_Export_1'), generatedName: true, logGroup: 'Shop-ProviderLogGroup-1A2B' };

const MINUTE = 60;

/** One sentence a line: easier to read, and to compare. */
const lines = (message: string) => message.replace(/(?<=[.)]) (?=[A-Z])/g, '\n');

describe('a job that failed', () => {
  it('under a name of the user\'s', () => {
    expect(createFailedMessage('The moon is full.', { ...CONTEXT, generatedName: false }))
      .toContain('The moon is full. Change jobName before you deploy again: Personalize never frees the name of an export job. Job: ');
    expect(createFailedMessage('The moon is full.', CONTEXT)).not.toContain('jobName');
  });
  it('for missing privileges', () => {
    expect(lines(createFailedMessage('Insufficient privileges for accessing data in Amazon S3.', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job failed (CREATE FAILED): Insufficient privileges for accessing data in Amazon S3.
Personalize needs the role's policy, the bucket policy and the key policy: look for one that was changed outside of this stack, for a Deny, or for a bucket that only a VPC can reach.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('for a role that cannot be assumed', () => {
    expect(lines(createFailedMessage('Unable to assume the role arn:aws:iam::111122223333:role/Exports', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job failed (CREATE FAILED): Unable to assume the role arn:aws:iam::111122223333:role/Exports.
The role must trust personalize.amazonaws.com.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('for a path that is not right', () => {
    expect(lines(createFailedMessage('Invalid S3 output path', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job failed (CREATE FAILED): Invalid S3 output path.
The bucket must exist in the Region of the dataset.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('for a reason that is not known', () => {
    expect(lines(createFailedMessage('The moon is full.', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job failed (CREATE FAILED): The moon is full.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('without a reason', () => {
    expect(createFailedMessage(undefined, CONTEXT)).toBe(createFailedMessage('', CONTEXT));
    expect(lines(createFailedMessage('', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job failed (CREATE FAILED): (Personalize gave no reason)
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
});

describe('a job that could not be created', () => {
  it('because the dataset is not there', () => {
    expect(lines(notStartedMessage('ResourceNotFoundException: The given dataset does not exist: arn:...', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be created: ResourceNotFoundException: The given dataset does not exist: arn:...
The dataset must exist in this account and Region.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because an argument is wrong', () => {
    expect(lines(notStartedMessage('InvalidInputException: Dataset is not in a state that can be exported.', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be created: InvalidInputException: Dataset is not in a state that can be exported.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because iam:PassRole is denied for good', () => {
    expect(lines(notStartedMessage('AccessDeniedException: User: x is not authorized to perform: iam:PassRole with an explicit deny', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be created: AccessDeniedException: User: x is not authorized to perform: iam:PassRole with an explicit deny.
The provider's functions must be allowed iam:PassRole on the role: look for a permissions boundary or a service control policy.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because a limit does not pass', () => {
    expect(lines(notStartedMessage('SomeException: More than 6 resources in ACTIVE state. Please delete some and try again.', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be created: SomeException: More than 6 resources in ACTIVE state.
Please delete some and try again.
Other jobs of the account use up the limit: wait for them, or ask for a higher quota.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because a policy does not take effect', () => {
    const error = 'InvalidInputException: Insufficient privileges for accessing data in S3. Please look at https://docs.aws.amazon.com/x and fix bucket policy on exports';
    expect(lines(notSettledMessage(error, 2 * MINUTE + 12, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be created: InvalidInputException: Insufficient privileges for accessing data in S3.
Please look at https://docs.aws.amazon.com/x and fix bucket policy on exports.
This did not pass within 2 min 12 s, so it is not a new policy that has yet to take effect.
Personalize needs the role's policy, the bucket policy and the key policy: look for one that was changed outside of this stack, for a Deny, or for a bucket that only a VPC can reach.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because the stack rolls back', () => {
    expect(lines(rollingBackMessage(CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job was not created: the stack is rolling back or being deleted.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because the name is taken', () => {
    expect(lines(nameTakenMessage(['dataset there is arn:aws:personalize:eu-west-1:111122223333:dataset/shop/USERS, here the other', 'encryptionKey there is not set, here k'], CONTEXT))).toMatchInlineSnapshot(`
"jobName "Shop_Export_1" is taken by another export: dataset there is arn:aws:personalize:eu-west-1:111122223333:dataset/shop/USERS, here the other; encryptionKey there is not set, here k.
Personalize never frees the name of an export job: choose another jobName, or leave it out to have one generated.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because the name is used up', () => {
    expect(lines(nameUsedUpMessage(['ingestionMode', 'trigger'], CONTEXT))).toMatchInlineSnapshot(`
"jobName "Shop_Export_1" is used up by the previous export, and ingestionMode, trigger changed.
Personalize never frees the name of an export job: change jobName too, or leave it out to have one generated.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
});

describe('a job that was lost sight of', () => {
  it('because it may not be looked at', () => {
    expect(lines(describeFailedMessage('AccessDeniedException: not authorized to perform: personalize:DescribeDatasetExportJob', CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job could not be looked at: AccessDeniedException: not authorized to perform: personalize:DescribeDatasetExportJob.
The job itself may be running: Personalize cannot stop it.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because it is gone', () => {
    expect(lines(lostMessage(2 * MINUTE + 30, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job is gone: Personalize created it and no longer knows it after 2 min 30 s.
Was its dataset deleted meanwhile? Deploy again to start a new export.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because the time is over', () => {
    expect(lines(timedOutMessage('status CREATE IN_PROGRESS', 55 * MINUTE + 3, 55 * MINUTE, true, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job was not done within its timeout of 55 min: status CREATE IN_PROGRESS after 55 min 3 s.
The job goes on: Personalize cannot stop it, and its output will be at the destination.
Raise timeout (up to 12 hours), or export less.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('because the time was over before it was created', () => {
    expect(lines(timedOutMessage('not created', 55 * MINUTE + 3, 55 * MINUTE, false, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job was not done within its timeout of 55 min: not created after 55 min 3 s.
Personalize shows no job of this name.
Raise timeout (up to 12 hours), or export less.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
});

describe('a job of which it is not known whether it was created', () => {
  it('when the time is over', () => {
    expect(lines(timedOutMessage('ThrottlingException: Rate exceeded', 55 * MINUTE + 3, 55 * MINUTE, undefined, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job was not done within its timeout of 55 min: ThrottlingException: Rate exceeded after 55 min 3 s.
If the job was created, it goes on: Personalize cannot stop it.
Raise timeout (up to 12 hours), or export less.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
  });
  it('when the time is over, for the limit of the service', () => {
    const limit = 'LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status.';
    expect(lines(timedOutMessage(limit, 55 * MINUTE + 3, 55 * MINUTE, false, CONTEXT))).toMatchInlineSnapshot(`
"Dataset export job was not done within its timeout of 55 min: LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status. after 55 min 3 s.
Personalize shows no job of this name.
Other jobs of the account use up the limit: wait for them, or ask for a higher quota.
Raise timeout (up to 12 hours), or export less.
Job: arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/Shop_Export_1.
Dataset: arn:aws:personalize:eu-west-1:111122223333:dataset/shop/INTERACTIONS.
Destination: s3://exports/personalize/Shop_Export_1/.
Role: arn:aws:iam::111122223333:role/Exports.
Logs: log group Shop-ProviderLogGroup-1A2B."
`);
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

  it.each(LONG)('stays in bounds for 100 kB of %s, and keeps the job, the destination and the logs', (_, text) => {
    for (const message of [
      createFailedMessage(text, CONTEXT), notStartedMessage(text, CONTEXT), notSettledMessage(text, 130, CONTEXT),
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
    const context = { request: { ...REQUEST, jobName: text, outputUri: text, roleArn: text }, jobArn: text, generatedName: false, logGroup: text };
    for (const message of [
      createFailedMessage(text, context), nameTakenMessage([text], context), nameUsedUpMessage([text], context), lostMessage(1, context),
      rollingBackMessage(context),
    ]) {
      expect(jsonBytes(message)).toBeLessThanOrEqual(MAX);
    }
    expect(jsonBytes(failure(`prefix may hold ..., got ${text}`).message)).toBeLessThanOrEqual(MAX);
  });

  it('keeps a reason of ordinary length untouched', () => {
    const reason = 'Zeile 1\nZeile 2: "äöü" 出口 😀 '.repeat(10);
    expect(createFailedMessage(reason, CONTEXT)).toContain(reason);
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
