import {
  CreateDatasetExportJobCommand, DescribeDatasetExportJobCommand, ListDatasetExportJobsCommand, PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { zipOf } from './services/lambda/testing-zip';
import { allow, policy, trust } from './testing-world';
import { LocalAwsClient } from '../../local-aws/client';
import { ACCOUNT } from '../../local-aws/core';
import { LocalAws } from '../../local-aws/local-aws';
import { DEPLOYER } from '../../local-aws/services/iam/credentials';

const SERVICE = 'personalize.amazonaws.com';
const BUCKET = 'exports';

let local: LocalAws;
let control: LocalAwsClient;
let personalize: PersonalizeClient;

beforeAll(async () => {
  local = await LocalAws.start({ region: 'eu-west-1', speed: 200 });
  control = new LocalAwsClient(local.endpoint);
  personalize = new PersonalizeClient({ endpoint: local.endpoint, region: 'eu-west-1', credentials: DEPLOYER });
});

afterAll(async () => {
  personalize.destroy();
  await local.stop();
});

test('an export by the real SDK, watched through the control API', async () => {
  const { iam, s3 } = local.world;
  const roleArn = iam.createRole({ roleName: 'export', assumeRolePolicyDocument: trust(SERVICE) });
  const access = allow(['s3:ListBucket', 's3:PutObject'], [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`]);
  iam.putRolePolicy('export', 'access', policy(access));
  s3.createBucket(BUCKET, { policy: policy({ ...access, Principal: { Service: SERVICE } }) });
  const datasetArn = await control.seedDataset({ group: 'shop', type: 'USERS', csv: 'USER_ID,AGE\nu1,20\n', putCsv: 'USER_ID,AGE\nu1,21\n' });
  expect(datasetArn).toBe(`arn:aws:personalize:eu-west-1:${ACCOUNT}:dataset/shop/USERS`);
  expect(await control.configurePersonalize({ secondsPending: 10 })).toMatchObject({ secondsPending: 10, secondsInProgress: 40 });

  const { datasetExportJobArn } = await local.world.clock.work(() => personalize.send(new CreateDatasetExportJobCommand({
    jobName: 'job', datasetArn, roleArn, ingestionMode: 'ALL', jobOutput: { s3DataDestination: { path: `s3://${BUCKET}/out` } },
  })));
  const statuses: string[] = [];
  for (const seconds of [0, 20, 40]) {
    await local.world.clock.sleep(seconds * 1000);
    await local.world.clock.work(async () => {
      const { datasetExportJob } = await personalize.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn }));
      expect(datasetExportJob?.creationDateTime).toBeInstanceOf(Date);
      statuses.push(datasetExportJob!.status!);
    });
  }
  expect(statuses).toEqual(['CREATE PENDING', 'CREATE IN_PROGRESS', 'ACTIVE']);

  expect(await control.objects(BUCKET)).toEqual([{ key: 'out/part-00000.csv', size: 18 }]);
  expect(String(await control.objectBody(BUCKET, 'out/part-00000.csv'))).toBe('USER_ID,AGE\nu1,21\n');
  expect(await control.jobs()).toMatchObject([{ datasetExportJobArn, caller: DEPLOYER.userArn, status: 'ACTIVE', request: { ingestionMode: 'ALL' } }]);
  expect(await control.calls({ operation: 'CreateDatasetExportJob' })).toMatchObject([{
    service: 'personalize', caller: DEPLOYER.userArn, status: 200, parameters: { jobName: 'job' },
  }]);
  expect(await control.decisions()).toContainEqual(expect.objectContaining({
    principal: { service: SERVICE }, action: 's3:PutObject', resource: `arn:aws:s3:::${BUCKET}/out/part-00000.csv`, allowed: true,
  }));
});

test('a function that waits for an answer lives in the same time as local AWS', async () => {
  const { iam, lambda, clock } = local.world;
  const roleArn = iam.createRole({ roleName: 'fn', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
  iam.putRolePolicy('fn', 'access', policy(allow('personalize:*')));
  const code = zipOf({
    'index.js': `
    const { PersonalizeClient, ListDatasetExportJobsCommand } = require('@aws-sdk/client-personalize');
    exports.handler = async ({ seconds }) => {
      const start = Date.now();
      const client = new PersonalizeClient({ requestHandler: { requestTimeout: seconds * 1000, throwOnRequestTimeout: true }, maxAttempts: 1 });
      const error = await client.send(new ListDatasetExportJobsCommand({})).then(() => undefined, ({ name }) => name);
      return { error, passed: Date.now() - start };
    };`,
  });
  await lambda.createFunction({
    functionName: 'asking',
    code,
    handler: 'index.handler',
    roleArn,
    runtime: 'nodejs22.x',
    timeoutSeconds: 300,
    memorySize: 512,
    environment: {},
    logging: { format: 'Text', applicationLevel: 'INFO' },
  });
  const ask = async (seconds: number) => {
    await control.addFaults({ operation: 'ListDatasetExportJobs', delaySeconds: 60 });
    const { payload } = await lambda.invoke({ functionName: 'asking', payload: JSON.stringify({ seconds }), principal: { userArn: DEPLOYER.userArn } });
    return JSON.parse(payload);
  };
  expect(await ask(20)).toEqual({ error: 'TimeoutError', passed: 20_000 });
  expect(await ask(200)).toEqual({ passed: 60_000 });
  const start = clock.now();
  await control.addFaults({ operation: 'ListDatasetExportJobs', delaySeconds: 600 });
  expect(await lambda.invoke({ functionName: 'asking', payload: '{"seconds":900}', principal: { userArn: DEPLOYER.userArn } })).toMatchObject({ functionError: 'Unhandled' });
  expect(clock.now() - start).toBeGreaterThanOrEqual(300_000);
});

test('settings are changed one by one; a misspelled one is refused', async () => {
  expect(await control.configureLambda({ concurrentExecutions: 10 })).toMatchObject({ concurrentExecutions: 10, heldByOthers: 0 });
  expect(await control.configureLambda({ heldByOthers: 2 })).toMatchObject({ concurrentExecutions: 10, heldByOthers: 2 });
  await expect(control.configureLambda({ concurrentExecutons: 10 } as object)).rejects.toThrow('There is no setting concurrentExecutons');
});

test('faults are seen by the SDK as the service\'s own errors', async () => {
  await control.addFaults({ operation: 'ListDatasetExportJobs', times: 2, error: { code: 'ThrottlingException' } });
  expect((await personalize.send(new ListDatasetExportJobsCommand({}))).$metadata.attempts).toBe(3);
  await control.addFaults({ operation: 'ListDatasetExportJobs', error: { code: 'InvalidNextTokenException', message: 'why' } });
  await expect(personalize.send(new ListDatasetExportJobsCommand({}))).rejects.toMatchObject({ name: 'InvalidNextTokenException', message: 'why' });
  await control.addFaults({ operation: 'ListDatasetExportJobs', drop: true });
  expect(await control.remainingFaults()).toHaveLength(1);
  await control.clearFaults();
  expect(await control.remainingFaults()).toEqual([]);
});

test('simulated time can be waited for, and be slowed down', async () => {
  const { clock } = local.world;
  const start = clock.now();
  await control.sleep(600);
  expect(clock.now() - start).toBeGreaterThanOrEqual(600_000);
  await control.changeSpeed(0.000_001);
  const slow = clock.now();
  await new Promise(resolve => setTimeout(resolve, 100));
  expect(clock.now() - slow).toBeLessThanOrEqual(1);
  await control.changeSpeed(200);
  await expect(control.changeSpeed(0)).rejects.toThrow('must be a positive number');
});

test('simulated time stops where it should, except for requests of the deployer that take time', async () => {
  const { clock } = local.world;
  const list = () => personalize.send(new ListDatasetExportJobsCommand({}));
  await control.addFaults({ operation: 'ListDatasetExportJobs', error: { code: 'InvalidNextTokenException' } });
  await control.stopTimeAt({ operation: 'ListDatasetExportJobs', errorCode: 'InvalidNextTokenException' });
  await expect(list()).rejects.toThrow();
  await control.timeStopped();
  const start = clock.now();
  await control.runTimeFor(600);
  expect(clock.now() - start).toBe(600_000);
  await control.addFaults({ operation: 'ListDatasetExportJobs', delaySeconds: 60 });
  await list();
  expect(clock.now() - start).toBe(660_000);
  await control.stopTimeAt({ operation: 'ListDatasetExportJobs', caller: 'nobody' });
  await list();
  await control.sleep(600);
  await control.stopTimeAt({ operation: 'ListDatasetExportJobs' });
  await list();
  const stopped = clock.now();
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(clock.now()).toBe(stopped);
  await control.resumeTime();
  await control.sleep(600);
  await expect(control.timeStopped()).rejects.toThrow('not to stop');
});

test('what the control API does not have is said so', async () => {
  await expect(control.objects('nowhere')).rejects.toThrow('NoSuchBucket');
  await expect(control.stack('nowhere')).rejects.toThrow('NoSuchStack');
  await expect(control.logs('/aws/lambda/none')).rejects.toThrow('does not exist');
  local.world.logs.createLogGroup('/aws/lambda/f');
  local.world.logs.append('/aws/lambda/f', 's', 'hello');
  expect(await control.logs('/aws/lambda/f')).toEqual(['hello']);
});

test('the environment is bootstrapped for the CDK CLI', async () => {
  const { iam, s3 } = local.world;
  expect(s3.bucket(`cdk-hnb659fds-assets-${ACCOUNT}-eu-west-1`)).toBeDefined();
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-deploy-role-${ACCOUNT}-eu-west-1`;
  await expect(iam.assumeRole({ roleArn, sessionName: 'cdk', principal: { userArn: DEPLOYER.userArn } })).resolves.toBeDefined();
  await expect(iam.assumeRole({ roleArn, sessionName: 'cdk', principal: { service: 'lambda.amazonaws.com' } })).rejects.toMatchObject({ code: 'AccessDenied' });
  expect(local.world.ssm.parameter('/cdk-bootstrap/hnb659fds/version')).toBe('30');
});
