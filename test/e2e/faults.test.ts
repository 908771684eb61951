import { Duration } from 'aws-cdk-lib';
import { exportIn, exportsIn, Fixture, RECORDS, unwrapped } from './fixture';
import type { LocalAwsClient } from '../../local-aws/client';
import type { Fault } from '../../local-aws/wire';
import { DatasetExportProvider, IngestionMode } from '../../src';
import type { CliResult } from '../../tools/deployments/cdk-cli';
import { exportedRecords } from '../../tools/deployments/exports';
import { failingResource } from '../../tools/deployments/failing-resource';

jest.setTimeout(300_000);

/** Five simulated minutes a second. */
const SPEED = 300;
/** Of a job that is not done whenever one looks, however long the deployments take. */
const DAYS = 10 * 24 * 3600;
const INSUFFICIENT = 'Insufficient privileges for accessing data in S3. Please look at the bucket policy';

describe('a deployment', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(SPEED);
    client = fixture.client;
  });
  afterAll(() => fixture.stop());

  async function expectExported(stackName: string, { exitCode, output, outputs }: CliResult): Promise<void> {
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(stackName)).toEqual(['ACTIVE']);
    expect((await exportedRecords(client, outputs[stackName].ExportUri)).rows).toHaveLength(RECORDS);
  }

  /** only for calls by the functions of a stack, so that deployments do not disturb each other */
  const ofStack = (stackName: string, fault: Fault): Fault => ({ ...fault, caller: `/${stackName}-PersonalizeDatasetExport` });
  const personalizeFault = (operation: string, fault: Omit<Fault, 'operation'>): Fault => ({ service: 'personalize', operation, ...fault });
  const error = (code: string, message?: string, status?: number) => ({ error: { code, message, status } });

  // each of these passes, and must leave one finished job behind
  test.concurrent.each<[string, Fault[]]>([
    // a slow answer to a function takes real time: these two come first, so that they are waited for together
    ['the answer to creating the job comes too late', [personalizeFault('CreateDatasetExportJob', { delaySeconds: 25 })]],
    ['looking at the job is throttled, fails inside the service, is lost and is slow', [
      personalizeFault('DescribeDatasetExportJob', { ...error('ThrottlingException', 'Rate exceeded'), times: 2 }),
      personalizeFault('DescribeDatasetExportJob', error('InternalServerError', 'We are sorry', 500)),
      personalizeFault('DescribeDatasetExportJob', { drop: true }),
      personalizeFault('DescribeDatasetExportJob', { delaySeconds: 20 }),
    ]],
    ['the request to create the job is lost', [personalizeFault('CreateDatasetExportJob', { drop: true, times: 2 })]],
    ['the answer to creating the job is lost', [personalizeFault('CreateDatasetExportJob', { drop: true, takesEffect: true })]],
    ['creating the job is throttled and then fails inside the service', [
      personalizeFault('CreateDatasetExportJob', { ...error('ThrottlingException', 'Rate exceeded'), times: 2 }),
      personalizeFault('CreateDatasetExportJob', error('InternalFailure', 'We are sorry', 500)),
      personalizeFault('CreateDatasetExportJob', error('ServiceUnavailable', 'Try again', 503)),
    ]],
    ['the account has too many jobs, and the dataset is in use', [
      personalizeFault('CreateDatasetExportJob', { ...error('LimitExceededException', 'More than 5 resources with PENDING or IN_PROGRESS status.'), times: 3 }),
      personalizeFault('CreateDatasetExportJob', { ...error('ResourceInUseException', 'The dataset is in use'), times: 2 }),
    ]],
    ['the job is not visible at first', [
      personalizeFault('DescribeDatasetExportJob', error('ResourceNotFoundException', 'The given dataset export job does not exist')),
    ]],
    ['role and policies take a while to be in force', [
      personalizeFault('CreateDatasetExportJob', { ...error('InvalidInputException', INSUFFICIENT), times: 2 }),
      personalizeFault('CreateDatasetExportJob', error('AccessDeniedException', 'not authorized to perform: iam:PassRole because no identity-based policy allows it')),
    ]],
    ['CloudFormation\'s request is delivered twice', [{ service: 'lambda', operation: 'Invoke', drop: true, takesEffect: true }]],
  ])('succeeds with one job when %s', async (_, faults) => {
    const name = fixture.newStackName();
    await client.addFaults(...faults.map(fault => ofStack(name, fault)));
    const result = await fixture.deploy(name);
    expect((await client.remainingFaults()).filter(({ caller }) => caller?.includes(`/${name}-`))).toEqual([]);
    await expectExported(name, result);
  });

  // each of these stays, and must be reported in the service's words
  test.concurrent.each<[string, Fault, string[]]>([
    ['a policy is missing for good', personalizeFault('CreateDatasetExportJob', { ...error('InvalidInputException', INSUFFICIENT), times: 99 }),
      [`Dataset export job could not be created: InvalidInputException: ${INSUFFICIENT}`, 'The error persisted for 2 min']],
    ['an explicit deny forbids it', personalizeFault('CreateDatasetExportJob', { ...error('AccessDeniedException', 'no way, with an explicit deny in a service control policy'), times: 99 }),
      ['Dataset export job could not be created: AccessDeniedException: no way, with an explicit deny in a service control policy']],
    ['the input is invalid', personalizeFault('CreateDatasetExportJob', { ...error('InvalidInputException', 'Nobody can export this'), times: 99 }),
      ['Dataset export job could not be created: InvalidInputException: Nobody can export this']],
    ['the dataset is gone', personalizeFault('CreateDatasetExportJob', { ...error('ResourceNotFoundException', 'The given dataset does not exist: arn'), times: 99 }),
      ['Dataset export job could not be created: ResourceNotFoundException: The given dataset does not exist: arn', 'The dataset must exist in this account and Region.']],
    ['the job is lost', personalizeFault('DescribeDatasetExportJob', { ...error('ResourceNotFoundException', 'gone'), times: 99 }),
      ['Dataset export job is gone']],
  ])('fails and says so when %s', async (_, fault, messages) => {
    const name = fixture.newStackName();
    await client.addFaults(ofStack(name, fault));
    const { exitCode, output } = await fixture.deploy(name);
    expect(exitCode).not.toBe(0);
    for (const message of messages) {
      expect(unwrapped(output)).toContain(message);
    }
    expect(output).toContain('ROLLBACK_COMPLETE');
  });

  describe('one at a time', () => {
    afterEach(() => fixture.reset());

    test('succeeds when Personalize shows a status that nobody has heard of', async () => {
      await client.configurePersonalize({ statusInProgress: 'CREATE RESTING' });
      const name = fixture.newStackName();
      await expectExported(name, await fixture.deploy(name));
    });

    test('fails at its own time limit, before CloudFormation\'s, when the job takes too long', async () => {
      await client.configurePersonalize({ secondsInProgress: DAYS });
      const name = fixture.newStackName();
      const { exitCode, output } = await fixture.deploy(name, stack => { exportIn(stack, { timeout: Duration.minutes(2) }); });
      expect(exitCode).not.toBe(0);
      expect(unwrapped(output)).toMatch(/timeout of 2 min: status CREATE IN_PROGRESS after 2 min/);
      expect(unwrapped(output)).toContain('The job continues');
      expect(await fixture.statusesOf(name)).toEqual(['CREATE IN_PROGRESS']);
    });

    test('fails at its time limit without a job when there was never room for one', async () => {
      await client.configurePersonalize({ maxConcurrentJobs: 0 });
      const name = fixture.newStackName();
      const { exitCode, output } = await fixture.deploy(name, stack => { exportIn(stack, { timeout: Duration.minutes(2) }); });
      expect(exitCode).not.toBe(0);
      expect(unwrapped(output)).toContain('LimitExceededException: More than 0 resources with PENDING or IN_PROGRESS status.');
      expect(await fixture.jobsOf(name)).toEqual([]);
    });

    test('that fails elsewhere is rolled back while the job is waited for, and creates no other', async () => {
      await client.configurePersonalize({ secondsInProgress: 600 });
      const name = fixture.newStackName();
      const failed = await fixture.deploy(name, stack => {
        const job = exportIn(stack);
        failingResource(stack, { AfterSeconds: 90 }).node.addDependency(job.destination, DatasetExportProvider.getOrCreate(stack));
      });
      expect(failed.exitCode).not.toBe(0);
      expect(failed.output).toContain('failed as told to');
      expect(failed.output).toContain('ROLLBACK_COMPLETE');
      expect(await fixture.jobsOf(name)).toHaveLength(1);
    });

    test('that is rolled back while there is no room for its job never creates it', async () => {
      await client.configurePersonalize({ maxConcurrentJobs: 0 });
      const name = fixture.newStackName();
      const failed = await fixture.deploy(name, stack => {
        const job = exportIn(stack);
        failingResource(stack, { AfterSeconds: 60 }).node.addDependency(job.destination, DatasetExportProvider.getOrCreate(stack));
      });
      expect(failed.exitCode).not.toBe(0);
      await client.configurePersonalize({ maxConcurrentJobs: null });
      await client.sleep(180); // in which the framework may go on polling
      expect(await fixture.jobsOf(name)).toEqual([]);
    });

    describe('of an existing stack', () => {
      const name = 'Updated';

      test('starts with an export', async () => {
        await expectExported(name, await fixture.deploy(name));
      });

      test('that changes only what does not matter to the export starts none', async () => {
        const { exitCode } = await fixture.deploy(name, stack => { exportIn(stack, { timeout: Duration.minutes(7), tags: { team: 'ml' } }); });
        expect(exitCode).toBe(0);
        expect(await fixture.jobsOf(name)).toHaveLength(1);
      });

      test('that fails elsewhere after its export starts no other one for the rollback, even when CloudFormation is hard to reach', async () => {
        await client.addFaults({
          service: 'cloudformation', operation: 'DescribeStacks', caller: 'HandlerRole', ...error('Throttling', 'Rate exceeded'), after: 1, times: 3,
        });
        const { exitCode, output } = await fixture.deploy(name, stack => {
          const job = exportIn(stack, { ingestionMode: IngestionMode.BULK });
          failingResource(stack).node.addDependency(job);
        });
        expect(exitCode).not.toBe(0);
        expect(output).toContain('UPDATE_ROLLBACK_COMPLET');
        expect(await client.remainingFaults()).toEqual([]);
        expect(await fixture.statusesOf(name)).toEqual(['ACTIVE', 'ACTIVE']);
      });

      test('that is cancelled while its export runs goes back to what was, and starts no other one', async () => {
        const before = (await fixture.jobsOf(name)).length;
        await client.configurePersonalize({ secondsInProgress: DAYS });
        await client.changeSpeed(1); // before the export's own time limit there is time to cancel it
        const deployment = fixture.deploy(name, stack => { exportIn(stack, { ingestionMode: IngestionMode.PUT }); });
        while ((await fixture.jobsOf(name)).length === before) { await new Promise(resolve => setTimeout(resolve, 100)); }
        await fixture.cancelUpdate(name);
        await client.changeSpeed(SPEED);
        const { exitCode, output } = await deployment;
        expect(exitCode).not.toBe(0);
        expect(output).toContain('UPDATE_ROLLBACK_COMPLET');
        expect((await fixture.statusesOf(name)).slice(before)).toEqual([expect.stringMatching(/^CREATE (PENDING|IN_PROGRESS)$/)]);
      });

      test('that fails in its export is followed by one that works', async () => {
        await client.configurePersonalize({ failNextJobsWith: 'Input CSV is missing the following columns:[A, B].' });
        const failed = await fixture.deploy(name, stack => { exportIn(stack, { ingestionMode: IngestionMode.PUT }); });
        expect(failed.exitCode).not.toBe(0);
        expect(unwrapped(failed.output)).toContain('CREATE FAILED): Input CSV is missing the following columns:[A, B].');

        await client.configurePersonalize({ failNextJobsWith: null });
        const fixed = await fixture.deploy(name, stack => { exportIn(stack, { ingestionMode: IngestionMode.BULK }); });
        expect(fixed.exitCode).toBe(0);
        expect(await fixture.statusesOf(name)).toEqual(['ACTIVE', 'ACTIVE', expect.stringMatching(/^CREATE (PENDING|IN_PROGRESS)$/), 'CREATE FAILED', 'ACTIVE']);
      });
    });

    async function attemptsOf40Jobs(maxConcurrency?: number): Promise<number> {
      const others = (await client.jobs()).filter(({ status }) => /^CREATE (PENDING|IN_PROGRESS)$/.test(status)).length;
      await client.configurePersonalize({ maxConcurrentJobs: others + 5, secondsPending: 5, secondsInProgress: 15 });
      const name = fixture.newStackName();
      const { exitCode, output } = await fixture.deploy(name, stack => exportsIn(stack, 40, maxConcurrency));
      expect(exitCode === 0 ? '' : output).toBe('');
      const jobs = await fixture.jobsOf(name);
      expect(jobs.map(({ status }) => status)).toEqual(Array(40).fill('ACTIVE'));
      expect(new Set(jobs.map(({ request }) => request.jobName)).size).toBe(40);
      const names = (await client.calls({ operation: 'CreateDatasetExportJob' })).map(({ parameters }) => parameters.jobName as string);
      return names.filter(jobName => jobName.startsWith(`${name}_`)).length;
    }

    test('of 40 jobs in turn, when the service allows 5 at a time, finishes all of them, each once', async () => {
      expect(await attemptsOf40Jobs()).toBe(40);
    });

    test('of 40 jobs at once, when the service allows 5 at a time, finishes all of them, each once', async () => {
      expect(await attemptsOf40Jobs(40)).toBeGreaterThan(40);
    });
  });
});
