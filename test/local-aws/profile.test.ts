import { ExportFixture } from './services/personalize/export-fixture';
import { allow, call, policy, testWorld, trust } from './testing-world';
import { Callers } from '../../local-aws/callers';
import { cloudFormationApi } from '../../local-aws/cloudformation/operations';
import { ACCOUNT } from '../../local-aws/core';
import type { Call } from '../../local-aws/front/calls';
import { trouble } from '../../local-aws/front/trouble';
import { HOSTILE, PLAIN } from '../../local-aws/profile';
import { s3Api } from '../../local-aws/services/s3/operations';
import { ManualClock } from '../../tools/simulation/manual-clock';

// What the profiles say of asynchronous invocations and of CloudFormation's order is tested with these.
const SERVICE = { service: 'lambda.amazonaws.com' };

describe('Personalize', () => {
  let fixture: ExportFixture;

  beforeEach(() => {
    fixture = new ExportFixture();
    fixture.seed();
  });
  const become = ({ personalize }: typeof PLAIN) => Object.assign(fixture.personalize.settings, personalize);
  const describeJob = async () => {
    const { datasetExportJob } = await fixture.call('DescribeDatasetExportJob', { datasetExportJobArn: fixture.personalize.exportJobArn('job') });
    return datasetExportJob as Record<string, unknown>;
  };
  const path = async () => ((await describeJob()).jobOutput as any).s3DataDestination.path;

  test('describes a job in other words', async () => {
    const { ingestionMode: _, ...request } = fixture.request();
    await fixture.call('CreateDatasetExportJob', request);
    await fixture.clock.advance(30_000);
    expect(await describeJob()).toMatchObject({ status: 'CREATE IN_PROGRESS', ingestionMode: 'PUT' });
    expect(await path()).toMatch(/\/out\/$/);
    become(HOSTILE);
    const described = await describeJob();
    expect(described.status).toBe('CREATE QUEUED');
    for (const member of ['ingestionMode', 'creationDateTime', 'lastUpdatedDateTime']) { expect(described).not.toHaveProperty(member); }
    expect(await path()).toMatch(/\/out$/);
    await fixture.clock.advance(3_600_000);
    expect(await describeJob()).toMatchObject({ status: 'ACTIVE', creationDateTime: expect.any(Number), lastUpdatedDateTime: expect.any(Number) });
  });

  test('does not find a new job at once', async () => {
    become(HOSTILE);
    await fixture.call('CreateDatasetExportJob', fixture.request());
    await expect(describeJob()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    expect(await fixture.call('ListDatasetExportJobs', {})).toMatchObject({ datasetExportJobs: [] });
    await fixture.clock.advance(25_000);
    expect(await describeJob()).toMatchObject({ status: expect.any(String) });
  });

  test('writes several parts into a sub-folder', async () => {
    become(HOSTILE);
    fixture.personalize.settings.recordsPerFile = 1;
    await fixture.export();
    expect(Object.keys(fixture.files())).toEqual(['out/export/run-0/part-00000', 'out/export/run-0/part-00001']);
  });

  test('lists datasets on several pages, the first of them without any', async () => {
    become(HOSTILE);
    const datasetGroupArn = fixture.datasets.dataset(String(fixture.request().datasetArn)).groupArn;
    const first = await fixture.call('ListDatasets', { datasetGroupArn });
    expect(first).toEqual({ nextToken: expect.any(String) });
    expect(await fixture.call('ListDatasets', { datasetGroupArn, ...first })).toMatchObject({ datasets: [expect.anything()] });
  });

  test('notices a missing permission at once, or only in the job', async () => {
    fixture.s3.updateBucket('exports', { policy: fixture.bucketPolicy(['s3:ListBucket']) });
    become(PLAIN);
    await expect(fixture.export()).rejects.toMatchObject({ code: 'InvalidInputException' });
    become(HOSTILE);
    expect(await fixture.export()).toMatchObject({ status: 'CREATE FAILED' });
  });
});

describe('a change takes effect later', () => {
  const clock = new ManualClock();
  const { iam, s3, kms } = testWorld(clock, HOSTILE);
  const hasEffect = async (check: () => unknown, seconds: number) => {
    expect(await check()).toBe(false);
    await clock.advance(seconds * 1000 - 1);
    expect(await check()).toBe(false);
    await clock.advance(1);
    expect(await check()).toBe(true);
  };
  const assumed = (name: string) => iam.assumeRole({ roleArn: arnOf(name), sessionName: 's', principal: SERVICE }).then(() => true, () => false);
  const arnOf = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const may = (action: string) => iam.isAllowed({ principal: { roleArn: arnOf('role') }, action, resource: '*' });
  beforeAll(async () => {
    iam.createRole({ roleName: 'role', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
    await hasEffect(() => assumed('role'), HOSTILE.iamSeconds);
  });

  test('of a trust policy', async () => {
    iam.createRole({ roleName: 'other', assumeRolePolicyDocument: trust('states.amazonaws.com') });
    await clock.advance(HOSTILE.iamSeconds * 1000);
    iam.updateRole('other', { assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
    await hasEffect(() => assumed('other'), HOSTILE.iamSeconds);
  });

  test('of an inline policy', async () => {
    iam.putRolePolicy('role', 'inline', policy(allow('logs:CreateLogGroup')));
    await hasEffect(() => may('logs:CreateLogGroup'), HOSTILE.iamSeconds);
  });

  test('of a managed policy', async () => {
    const arn = iam.createPolicy('managed', policy(allow('logs:PutLogEvents')));
    iam.attachRolePolicy('role', arn);
    await hasEffect(() => may('logs:PutLogEvents'), HOSTILE.iamSeconds);
    iam.updatePolicy(arn, policy(allow('logs:CreateLogStream')));
    await hasEffect(() => may('logs:CreateLogStream'), HOSTILE.iamSeconds);
  });

  test('of a bucket and its policy', async () => {
    s3.createBucket('bucket', {});
    await hasEffect(() => s3.bucket('bucket') !== undefined, HOSTILE.bucketSeconds);
    s3.updateBucket('bucket', { policy: policy(allow('s3:PutObject', 'arn:aws:s3:::bucket/*', { Principal: { Service: 'personalize.amazonaws.com' } })) });
    await hasEffect(() => s3.bucket('bucket')?.policy !== undefined, HOSTILE.bucketSeconds);
  });

  test('of a key and its policy', async () => {
    const ofAccount = policy(allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }));
    const arn = kms.createKey(ofAccount);
    await hasEffect(() => kms.keyPolicy(arn) !== undefined, HOSTILE.keySeconds);
    const changed = { ...ofAccount, Id: 'changed' };
    kms.putKeyPolicy(arn, changed);
    await hasEffect(() => kms.keyPolicy(arn) === changed, HOSTILE.keySeconds);
  });
});

test('an execution that starts just after an update has the previous definition', async () => {
  const clock = new ManualClock();
  const { iam, states } = testWorld(clock, HOSTILE);
  const roleArn = iam.createRole({ roleName: 'machine', assumeRolePolicyDocument: trust('states.amazonaws.com') });
  await clock.advance(HOSTILE.iamSeconds * 1000);
  const configuration = (Result: string) => (
    { name: 'machine', roleArn, definition: JSON.stringify({ StartAt: 'S', States: { S: { Type: 'Pass', Result, End: true } } }) });
  const arn = await states.createStateMachine(configuration('before'));
  await states.updateStateMachine(arn, configuration('after'));
  const early = states.startExecution(arn, '{}');
  await clock.advance(HOSTILE.stateMachineSeconds * 1000);
  const late = states.startExecution(arn, '{}');
  await clock.advance(0);
  expect([early.output, late.output]).toEqual(['"before"', '"after"']);
});

test('events are delivered twice, late and out of order', async () => {
  const clock = new ManualClock();
  const { events } = testWorld(clock, HOSTILE);
  const put = (source: string) => events.put({ time: '', eventBus: 'default', source, detailType: 't', detail: {} });
  put('a');
  put('b');
  expect(events.events).toEqual([]);
  await clock.advance(3_600_000);
  expect(events.events.map(({ source }) => source)).toEqual(['b', 'a', 'a', 'b']);
});

test('every caller\'s first call of an operation is throttled as its service does, and the second is slow', async () => {
  const clock = new ManualClock();
  const intercept = trouble(HOSTILE, { clock, callers: new Callers() }, (_, proceed) => proceed());
  const send = (service: string, operation: string, arn: string) =>
    intercept({ service, operation, request: { caller: { arn } } } as Call, async () => ({ status: 200 }));
  await expect(send('s3', 'GetObject', 'me')).rejects.toMatchObject({ code: 'SlowDown', status: 503 });
  await expect(send('s3', 'GetObject', 'you')).rejects.toMatchObject({ code: 'SlowDown' });
  await expect(send('personalize', 'ListDatasets', 'me')).rejects.toMatchObject({ code: 'ThrottlingException', status: 400 });
  let done = false;
  const second = send('s3', 'GetObject', 'me').then(() => { done = true; });
  await clock.advance(HOSTILE.slowSeconds * 1000 - 1);
  expect(done).toBe(false);
  await clock.advance(1);
  await second;
  await expect(send('s3', 'GetObject', 'me')).resolves.toEqual({ status: 200 });
});

test('answers contain members that nobody knows', async () => {
  const clock = new ManualClock();
  const world = testWorld(clock, HOSTILE);
  world.s3.createBucket('bucket', {});
  await clock.advance(HOSTILE.bucketSeconds * 1000);
  const query = await call(cloudFormationApi, world, { body: 'Action=DescribeStacks', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
  const xml = await call(s3Api, world, { method: 'GET', path: '/bucket', query: new URLSearchParams('list-type=2') });
  expect(query.body).toMatch(/<localAwsUnknown>[^<]+<\/localAwsUnknown><\/DescribeStacksResult>/);
  expect(xml.body).toMatch(/<LocalAwsUnknown>[^<]+<\/LocalAwsUnknown><\/ListBucketResult>/);
});
