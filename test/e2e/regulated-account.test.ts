import {
  Duration, Stack,
  aws_events as events, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs,
  aws_scheduler as scheduler, aws_sqs as sqs, aws_stepfunctions as sfn,
} from 'aws-cdk-lib';
import { validateTemplates } from './assembly';
import { exportIn, Fixture } from './fixture';
import { Dataset, DatasetExportProvider, DatasetExportProviderProps, DatasetExportSchedule, DatasetExportWorkflow, IngestionMode } from '../../src';
import { runs } from '../../tools/demo/nightly-backup';
import { isolatedVpc } from '../../tools/local-deployment/isolated-vpc';

validateTemplates();

/** Everything that a regulated account may ask for. */
function everything(stack: Stack): DatasetExportProviderProps {
  const key = new kms.Key(stack, 'Key');
  return {
    vpc: isolatedVpc(stack),
    eventBus: events.EventBus.fromEventBusName(stack, 'Default', 'default'),
    environmentEncryption: key,
    logEncryptionKey: key,
    stateMachineEncryptionKey: key,
    stateMachineLogs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
    tracing: true,
    architecture: lambda.Architecture.ARM_64,
    memorySize: 512,
    deadLetterQueue: new sqs.Queue(stack, 'Queue', { encryption: sqs.QueueEncryption.SQS_MANAGED }),
  };
}

/** An export whose functions need what the provider's props say. */
function exportWith(props: (stack: Stack) => DatasetExportProviderProps): (stack: Stack) => void {
  return stack => { exportIn(stack, { provider: new DatasetExportProvider(stack, 'Provider', props(stack)) }); };
}

describe('in a regulated account', () => {
  let fixture: Fixture;

  beforeAll(async () => { fixture = await Fixture.start(300); });
  afterAll(() => fixture.stop());

  test.each<[string, (stack: Stack) => DatasetExportProviderProps]>([
    ['NewRoles', everything],
    ['OwnRoles', stack => {
      const roleFor = (id: string) => new iam.Role(stack, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
      return { ...everything(stack), role: roleFor('Handlers'), frameworkRole: roleFor('Framework') };
    }],
  ])('%s: exports from an isolated VPC, with keys, logs and traces, and goes without a trace', async (name, props) => {
    const define = exportWith(props);
    const { exitCode, output } = await fixture.deploy(name, define);
    expect([exitCode, output]).toEqual([0, expect.anything()]);
    expect(await fixture.statusesOf(name)).toEqual(['ACTIVE']);
    expect((await fixture.destroy(name, define)).exitCode).toBe(0);
  });

  test('runs a workflow with a key, logs and traces', async () => {
    const define = (stack: Stack) => {
      const encryptionKey = new kms.Key(stack, 'Key');
      const workflow = new DatasetExportWorkflow(stack, 'Workflow', {
        datasets: [Dataset.fromDatasetArn(stack, 'Dataset', stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS' }))],
        ingestionMode: IngestionMode.ALL,
        distributed: true,
        encryptionKey,
        logs: { destination: new logs.LogGroup(stack, 'Logs'), level: sfn.LogLevel.ALL },
        tracing: true,
      });
      new DatasetExportSchedule(stack, 'Often', { workflow, schedule: scheduler.ScheduleExpression.rate(Duration.minutes(15)) });
    };
    const before = (await fixture.client.executions()).length;
    expect((await fixture.deploy('Workflow', define)).exitCode).toBe(0);
    const run = (await runs(fixture.client, before + 1))[before];
    expect([run.status, run.cause]).toEqual(['SUCCEEDED', undefined]);
    expect((await fixture.destroy('Workflow', define)).exitCode).toBe(0);
  });

  test('without an endpoint for Personalize no job is created', async () => {
    const { exitCode } = await fixture.deploy('NoEndpoint', exportWith(stack => ({ vpc: isolatedVpc(stack, 'PERSONALIZE') })));
    expect(exitCode).not.toBe(0);
    expect(await fixture.jobsOf('NoEndpoint')).toEqual([]);
  });
});
