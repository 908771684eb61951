import { RESPONSE_SECRET, throughFramework, type CloudFormationResponse, type WaiterOptions } from './framework';
import type { OnEventRequest } from '../../lambda/events';
import { jobNameOfArn } from '../../lambda/job';
import { jobNameOf } from '../../lambda/job-name';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../../src/contract/limits';
import { createEvent, deleteEvent, jobArnOf, LOGICAL_ID, PREVIOUS_ID, properties, STACK_ID, updateEvent } from '../../tools/simulation/events';
import { DENIED_FOR_GOOD } from '../../tools/simulation/fake-errors';
import { World } from '../../tools/simulation/world';

// What CloudFormation really receives: the CDK's own Provider framework drives the lifecycle.

const CLOUDFORMATION_LIMIT_BYTES = 4096;
const CLOUDFORMATION_LIMIT_SECONDS = 3600;
const CREATE_FAILED_MARKER = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';
const LOGS = /\n\nLogs: \/aws\/lambda\/Shop-PersonalizeDatasetExportProvider\w+-abcdefghijkl\n$/;

let world: World;
let printed: string[];

beforeEach(() => {
  world = new World();
  world.addJob(properties(), jobNameOfArn(PREVIOUS_ID), world.clock.now() - 86_400_000);
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((...parts: unknown[]) => { printed.push(parts.join(' ')); });
});

afterEach(() => {
  // in no test does anybody print the response URL's signature, or our log a tag value
  for (const text of [...printed, ...world.logLines]) { expect(text).not.toContain('verysecret'); }
  expect(printed.length).toBeGreaterThan(0);
  expect(world.logLines.join('')).not.toContain('tag-value-of-ml');
  jest.restoreAllMocks();
});

const newJobs = () => [...world.personalize.jobs.keys()].filter(arn => arn !== PREVIOUS_ID);

/** The one response of a request. */
async function respond(event: OnEventRequest, options?: WaiterOptions): Promise<CloudFormationResponse> {
  const started = world.clock.now();
  const responses = await throughFramework(world, event, options);
  expect(responses).toHaveLength(1);
  expect(responses[0]!.bytes).toBeLessThanOrEqual(CLOUDFORMATION_LIMIT_BYTES);
  expect(responses[0]!.body).toMatchObject({ StackId: STACK_ID, RequestId: event.RequestId, LogicalResourceId: LOGICAL_ID });
  expect((world.clock.now() - started) / 1000).toBeLessThan(CLOUDFORMATION_LIMIT_SECONDS);
  return responses[0]!;
}

const padded = (start: string, end: string, length: number) => start + 'x'.repeat(length - start.length - end.length) + end;

const dataOf = (event: OnEventRequest) => ({
  DatasetExportJobArn: jobArnOf(event),
  DatasetExportJobName: jobNameOf(event),
  OutputUri: `s3://exports/personalize/dataset_group=shop/dataset=INTERACTIONS/date=2026-11-02/${jobNameOf(event)}/`,
  ObjectCount: '2',
  ObjectBytes: '5000',
});

it('a Create that succeeds: the whole body', async () => {
  const event = createEvent();

  expect((await respond(event)).body).toEqual({
    Status: 'SUCCESS',
    Reason: 'SUCCESS',
    StackId: STACK_ID,
    RequestId: 'create-1',
    PhysicalResourceId: jobArnOf(event),
    LogicalResourceId: LOGICAL_ID,
    Data: dataOf(event),
  });
});

it('a Create whose onEvent is invoked twice makes one job', async () => {
  const event = createEvent();

  expect((await respond(event, { repeatOnEvent: true })).body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: jobArnOf(event), Data: dataOf(event) });
  expect(newJobs()).toHaveLength(1);
});

it('fails when the job fails, with the reason and the job\'s ARN as physical id, so that the Delete that follows finds it', async () => {
  world.personalize.failureReason = 'Insufficient privileges for accessing data in Amazon S3.';
  const { body } = await respond(createEvent());

  expect(body).toEqual({
    Status: 'FAILED',
    Reason: expect.stringContaining('Insufficient privileges for accessing data in Amazon S3.'),
    StackId: STACK_ID,
    RequestId: 'create-1',
    PhysicalResourceId: jobArnOf(createEvent()),
    LogicalResourceId: LOGICAL_ID,
  });
  expect(body.Reason).toMatch(LOGS); // and no stack trace after it
  expect((await respond(deleteEvent(body.PhysicalResourceId))).body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: body.PhysicalResourceId });
});

it.each([
  ['emoji', '😀'.repeat(25_000)],
  ['control characters', '\u0001'.repeat(100_000)],
])('fails within the limit of CloudFormation for 100 kB of %s, with all names as long as they can be', async (_, reason) => {
  world.personalize.failureReason = reason;
  const longest = properties({
    DatasetArn: `arn:aws-us-gov:personalize:ap-southeast-1:111122223333:dataset/${'g'.repeat(63)}/INTERACTIONS`,
    RoleArn: padded('arn:aws:iam::111122223333:role/', '', 256),
    BucketName: 'b'.repeat(63),
    Prefix: padded('', '/', 256 - `s3://${'b'.repeat(63)}/dataset_group=${'g'.repeat(63)}/dataset=INTERACTIONS/date=2026-11-02/${'j'.repeat(63)}/`.length),
    JobName: 'j'.repeat(63),
  });
  const event = {
    ...createEvent(longest),
    StackId: `arn:aws-us-gov:cloudformation:ap-southeast-1:111122223333:stack/${'S'.repeat(128)}/5b1c0b3e-6b7f-11ee-8c99-0242ac120002`,
    LogicalResourceId: 'L'.repeat(255),
    RequestId: 'c0ffee00-1111-2222-3333-444455556666',
  };
  const responses = await throughFramework(world, event);

  expect(responses).toHaveLength(1);
  expect(responses[0]!.bytes).toBeLessThanOrEqual(CLOUDFORMATION_LIMIT_BYTES);
  const { Status, Reason, PhysicalResourceId } = responses[0]!.body;
  expect([Status, PhysicalResourceId]).toEqual(['FAILED', `arn:aws-us-gov:personalize:ap-southeast-1:111122223333:dataset-export-job/${'j'.repeat(63)}`]);
  expect(Reason).toContain([...reason].slice(0, 50).join(''));
  expect(Reason).toContain(PhysicalResourceId);
});

it('fails within the limit of CloudFormation for a property of 100 kB', async () => {
  const { body } = await respond(createEvent(properties({ Prefix: `${'😀'.repeat(25_000)}/` })));

  expect(body).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/^prefix /) });
});

describe('when Create fails at once', () => {
  it('fails with the marker of the framework, which then swallows the Delete', async () => {
    world.personalize.alwaysFault.create = { error: DENIED_FOR_GOOD() };
    const { body } = await respond(createEvent());

    expect(body).toEqual({
      Status: 'FAILED',
      Reason: expect.stringMatching(/AccessDeniedException: .*explicit deny/),
      StackId: STACK_ID,
      RequestId: 'create-1',
      PhysicalResourceId: CREATE_FAILED_MARKER,
      LogicalResourceId: LOGICAL_ID,
    });
    expect(body.Reason).toMatch(LOGS);
    const lines = world.logLines.length;
    expect((await respond(deleteEvent(CREATE_FAILED_MARKER))).body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: CREATE_FAILED_MARKER });
    expect(world.logLines).toHaveLength(lines);
  });
});

describe('the time limit', () => {
  it.each([
    ['the shortest and the slowest polls', 60, 120],
    ['the longest and the slowest polls', MAX_CUSTOM_RESOURCE_SECONDS, 120],
    ['the longest and ordinary polls', MAX_CUSTOM_RESOURCE_SECONDS, 30],
    ['the longest and polls of an odd length', MAX_CUSTOM_RESOURCE_SECONDS, 119],
  ])('fails in our words, before the framework and CloudFormation give up: %s', async (_, timeout, intervalSeconds) => {
    world.personalize.heldStatus = 'CREATE IN_PROGRESS';
    const { body } = await respond(createEvent(properties({ TimeoutSeconds: String(timeout) })), {
      intervalSeconds, maxAttempts: Math.ceil(CLOUDFORMATION_LIMIT_SECONDS / intervalSeconds),
    });

    expect(body).toMatchObject({ Status: 'FAILED', Reason: expect.stringMatching(/timeout .*CREATE IN_PROGRESS/) });
  });

  it('fails in the words of the framework when that gives up first, which the tests above exclude', async () => {
    world.personalize.heldStatus = 'CREATE IN_PROGRESS';

    expect((await respond(createEvent(), { maxAttempts: 5 })).body).toMatchObject({ Status: 'FAILED', Reason: 'Operation timed out' });
    expect(printed.pop()).toContain('submit response');
    // and here the framework itself prints the response URL
    expect(printed.pop()).toContain(RESPONSE_SECRET);
  });
});

describe('an Update', () => {
  const update = updateEvent(properties(), properties({ IngestionMode: 'BULK' }));

  it('of an input replaces the job: the new ARN is the physical id, and the Delete of the old one succeeds', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';

    expect((await respond(update)).body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: jobArnOf(update), Data: dataOf(update) });
    expect((await respond(deleteEvent(PREVIOUS_ID))).body).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: PREVIOUS_ID });
    expect(newJobs()).toHaveLength(1);
  });

  it.each([['of nothing that matters', 'UPDATE_IN_PROGRESS', updateEvent(properties(), properties({ Tags: {} }))], ['in a rollback', 'UPDATE_ROLLBACK_IN_PROGRESS', update]])(
    '%s keeps the physical id, and returns all attributes', async (_, status, event) => {
      world.stack.status = status;

      expect((await respond(event)).body).toEqual({
        Status: 'SUCCESS',
        Reason: 'SUCCESS',
        StackId: STACK_ID,
        RequestId: 'update-1',
        PhysicalResourceId: PREVIOUS_ID,
        LogicalResourceId: LOGICAL_ID,
        Data: {
          DatasetExportJobArn: PREVIOUS_ID,
          DatasetExportJobName: 'Shop_Export0A1B2C3D_0123456789abcdef',
          OutputUri: 's3://exports/personalize/dataset_group=shop/dataset=INTERACTIONS/date=2026-11-01/Shop_Export0A1B2C3D_0123456789abcdef/',
          ObjectCount: expect.any(String),
          ObjectBytes: expect.any(String),
        },
      });
      expect(newJobs()).toHaveLength(0);
    });

  it('that fails keeps an id that the rollback can go on with', async () => {
    world.stack.status = 'UPDATE_IN_PROGRESS';
    world.personalize.alwaysFault.create = { error: DENIED_FOR_GOOD() };
    const { body } = await respond(update);

    expect(body).toMatchObject({ Status: 'FAILED', PhysicalResourceId: PREVIOUS_ID });
    expect(body.Data).toBeUndefined();
  });
});

it.each(['Shop-Export5A1B2C3D-1QXZ5', PREVIOUS_ID])('a Delete of %s succeeds', async id => {
  expect((await respond(deleteEvent(id))).body).toEqual({
    Status: 'SUCCESS', Reason: 'SUCCESS', StackId: STACK_ID, RequestId: 'delete-1', PhysicalResourceId: id, LogicalResourceId: LOGICAL_ID, Data: {},
  });
});

it('hands the response URL to the handlers, so that they could print it', async () => {
  const onEvent = jest.spyOn(world.lifecycle, 'onEvent');
  await respond(createEvent());

  expect(JSON.stringify(onEvent.mock.calls)).toContain(RESPONSE_SECRET);
});
