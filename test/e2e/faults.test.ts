import { exportsIn, exportIn, Fixture, RECORDS, unwrapped } from './fixture';
import type { LocalAwsClient } from '../../local-aws/client';
import type { Fault } from '../../local-aws/wire';
import { DatasetExportProvider } from '../../src';
import { failingResource } from '../../tools/local-deployment/failing-resource';
import { exportedRecords } from '../../tools/local-deployment/records';

// One fault of each kind that involves the SDK, Lambda, the Provider framework or CloudFormation; test/lambda/ tests all others.
describe('a deployment', () => {
  let fixture: Fixture;
  let client: LocalAwsClient;

  beforeAll(async () => {
    fixture = await Fixture.start(300);
    client = fixture.client;
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.stop());

  const create = (fault: Omit<Fault, 'operation'>): Fault => ({ service: 'personalize', operation: 'CreateDatasetExportJob', ...fault });
  const look = (fault: Omit<Fault, 'operation'>): Fault => ({ service: 'personalize', operation: 'DescribeDatasetExportJob', ...fault });
  const error = (code: string, message?: string, status?: number) => ({ error: { code, message, status } });

  test('succeeds with one job when calls are throttled, fail, are lost and take long', async () => {
    await client.addFaults(
      create(error('ThrottlingException', 'Rate exceeded')),
      create(error('ServiceUnavailable', 'Try again', 503)),
      create({ drop: true }),
      create({ drop: true, takesEffect: true }),
      look(error('ResourceNotFoundException', 'The given dataset export job does not exist')),
      look({ ...error('ThrottlingException', 'Rate exceeded'), times: 2 }),
      look(error('InternalServerError', 'We are sorry', 500)),
      look({ drop: true }),
      look({ delaySeconds: 3600, times: 2 }), // longer than a function may run, and it may be invoked twice
    );
    const name = fixture.newStackName();
    const { exitCode, output, outputs } = await fixture.deploy(name);
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await client.remainingFaults()).toEqual([]);
    expect(await fixture.statusesOf(name)).toEqual(['ACTIVE']);
    expect((await exportedRecords(client, outputs[name].ExportUri)).rows).toHaveLength(RECORDS);
  });

  test('fails in the words of Personalize when the job may not be created, and is rolled back', async () => {
    const denied = 'no way, with an explicit deny in a service control policy';
    await client.addFaults(create({ ...error('AccessDeniedException', denied), times: 99 }));
    const { exitCode, output } = await fixture.deploy(fixture.newStackName());
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(denied);
    expect(output).toContain('ROLLBACK_COMPLETE');
  });

  test('that is rolled back while its job has to wait for others never creates it', async () => {
    await client.configurePersonalize({ maxConcurrentJobs: 0 });
    const name = fixture.newStackName();
    const { exitCode } = await fixture.deploy(name, stack => {
      const { destination } = exportIn(stack);
      failingResource(stack, { AfterSeconds: 60 }).node.addDependency(destination, DatasetExportProvider.getOrCreate(stack));
    });
    expect(exitCode).not.toBe(0);
    await client.configurePersonalize({ maxConcurrentJobs: null });
    await client.sleep(180); // in which the framework may go on polling
    expect(await fixture.jobsOf(name)).toEqual([]);
  });

  test('of 40 jobs at once, of which Personalize allows 5, runs each of them once', async () => {
    await client.configurePersonalize({ maxConcurrentJobs: 5, secondsPending: 5, secondsInProgress: 15 });
    const name = fixture.newStackName();
    const { exitCode, output } = await fixture.deploy(name, stack => exportsIn(stack, 40, 40));
    expect(exitCode === 0 ? '' : output).toBe('');
    expect(await fixture.statusesOf(name)).toEqual(Array(40).fill('ACTIVE'));
    expect((await client.calls({ operation: 'CreateDatasetExportJob' })).length).toBeGreaterThan(40);
  });
});
