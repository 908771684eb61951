import { readFileSync } from 'fs';
import * as path from 'path';
import * as messages from '../../lambda/messages';

// The README and docs/faults.md quote the messages of failed deployments: here they are compared with what the handler says.

const JOB_ARN = 'arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/my-export';
const CONTEXT: messages.FailureContext = {
  request: {
    jobName: 'my-export',
    datasetArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset/movies/ITEMS',
    ingestionMode: 'ALL',
    roleArn: 'arn:aws:iam::111122223333:role/Exports',
    outputUri: 's3://exports/my-export/',
    tags: {},
  },
  jobArn: JOB_ARN,
  generatedName: true,
  logGroup: 'Movies-LogGroup',
  isNew: false,
};
const DONE = [55 * 60 + 12, 55 * 60] as const;

/** For each function that makes messages, all that it may say. */
const SAID: Record<Extract<keyof typeof messages, `${string}Message`>, string[]> = {
  createFailedMessage: [
    ...['Insufficient privileges for accessing data in Amazon S3.', 'The moon is full.', 'Unable to assume the role', 'Invalid S3 output path', undefined]
      .map(reason => messages.createFailedMessage(reason, 1, CONTEXT)),
    messages.createFailedMessage('Insufficient privileges for accessing data in Amazon S3.', 4, CONTEXT),
    messages.createFailedMessage('The moon is full.', 1, { ...CONTEXT, generatedName: false }),
  ],
  notStartedMessage: [
    'AccessDeniedException: not authorized to perform: iam:PassRole with an explicit deny', 'ResourceNotFoundException: The given dataset does not exist: x',
    'InvalidInputException: The moon is full.',
  ].map(error => messages.notStartedMessage(error, CONTEXT)),
  notSettledMessage: [messages.notSettledMessage('InvalidInputException: Insufficient privileges for accessing data in S3.', 124, CONTEXT)],
  describeFailedMessage: [messages.describeFailedMessage('AccessDeniedException: no', CONTEXT)],
  timedOutMessage: [
    messages.timedOutMessage('status CREATE IN_PROGRESS', ...DONE, true, CONTEXT),
    messages.timedOutMessage('LimitExceededException: More than 5 resources with PENDING or IN_PROGRESS status.', ...DONE, false, CONTEXT),
    messages.timedOutMessage('ThrottlingException: Rate exceeded', ...DONE, undefined, CONTEXT),
  ],
  lostMessage: [messages.lostMessage(150, CONTEXT)],
  nameTakenMessage: [messages.nameTakenMessage(['ingestionMode there is ALL, here BULK'], CONTEXT)],
  nameUsedUpMessage: ['and ingestionMode changed', 'which failed'].map(why => messages.nameUsedUpMessage(why, CONTEXT)),
  rollingBackMessage: [messages.rollingBackMessage(CONTEXT)],
};
const ALL = Object.values(SAID).flat();

const section = (file: string, heading: string) => readFileSync(path.join(__dirname, '..', '..', file), 'utf8').split(`\n## ${heading}\n`)[1].split('\n## ')[0];
const rows = (text: string) => [...text.matchAll(/^\| `([^`]+)` \| /gm)].map(([, quoted]) => quoted);
const QUOTED = [...rows(section('README.md', 'When it fails')), ...rows(section(path.join('docs', 'faults.md'), 'Messages'))];

/** `…` stands for any text. */
function pattern(quoted: string): string {
  return quoted.split('…').map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+?');
}

/** The table has the beginning; the job and the rest follow. */
function asSaid(quoted: string): RegExp {
  return new RegExp(`^${pattern(quoted)} Job: arn:`);
}

test('there is a table of messages in both', () => {
  expect(QUOTED.length).toBeGreaterThan(15);
});

test.each(QUOTED)('somebody may read: %s', quoted => {
  expect(ALL.filter(said => asSaid(quoted).test(said))).not.toEqual([]);
});

test('every message is explained', () => {
  const unexplained = ALL.filter(said => !QUOTED.some(quoted => asSaid(quoted).test(said)));
  expect(unexplained).toEqual([]);
  expect(Object.keys(SAID).sort()).toEqual(Object.keys(messages).filter(name => name.endsWith('Message')).sort());
});

test('the README shows how each message ends', () => {
  const [, end] = /^`(Job: .*)`$/m.exec(section('README.md', 'When it fails'))!;
  for (const said of ALL) { expect(said).toMatch(new RegExp(` ${pattern(end)}$`)); }
});
