import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { assembly, removeAssemblies } from './assembly';
import { startLocalAws } from './local-aws';
import type { LocalAwsClient } from '../../local-aws/client';
import type { JobRecord } from '../../local-aws/wire';
import { Dataset, DatasetExportJob, DatasetExportJobProps, DatasetExportProvider, ExportDestination, IngestionMode } from '../../src';
import { CdkCli, type CliResult } from '../../tools/local-deployment/cdk-cli';
import type { LocalAwsProcess } from '../../tools/local-deployment/local-aws-process';
import { interactions } from '../../tools/local-deployment/records';

/** The number of records that `exportIn` exports. */
export const RECORDS = 40;

/** Local AWS with one dataset, and the CLI to deploy stacks that export it. */
export class Fixture {
  public static async start(speed: number): Promise<Fixture> {
    const localAws = await startLocalAws(speed);
    await localAws.client.seedDataset({ group: 'movies', type: 'INTERACTIONS', csv: interactions(RECORDS + 10).bulk });
    return new Fixture(localAws);
  }

  public readonly client: LocalAwsClient;
  private readonly cli: CdkCli;
  private stacks = 0;

  private constructor(private readonly localAws: LocalAwsProcess) {
    this.client = localAws.client;
    this.cli = new CdkCli(localAws.ready);
  }

  public async stop(): Promise<void> {
    removeAssemblies();
    await this.localAws.stop();
  }

  /** For a test that needs its own stack. */
  public newStackName(): string {
    return `Stack${this.stacks++}`;
  }

  /** No faults, no limits, jobs of a minute. */
  public async reset(): Promise<void> {
    await this.client.clearFaults();
    await this.client.configurePersonalize({
      maxConcurrentJobs: null, failNextJobsWith: null, secondsPending: 20, secondsInProgress: 40,
    });
  }

  /** @param args further arguments for the CLI */
  public async deploy(stackName: string, define: (stack: Stack) => void = exportIn, args: string[] = []): Promise<CliResult> {
    return this.cli.deploy(['--app', assembly(stackName, define), ...args]);
  }

  public async destroy(stackName: string, define: (stack: Stack) => void = exportIn): Promise<CliResult> {
    return this.cli.destroy(['--app', assembly(stackName, define)]);
  }

  /** Rolls back a stack that failed with --no-rollback. */
  public async rollback(stackName: string, define: (stack: Stack) => void = exportIn): Promise<CliResult> {
    return this.cli.rollback(['--app', assembly(stackName, define)]);
  }

  /** Deploys a template that is changed after synthesis. */
  public async deployEdited(stackName: string, define: (stack: Stack) => void, edit: (template: any) => void): Promise<CliResult> {
    return this.cli.deploy(['--app', assembly(stackName, define, edit)]);
  }

  /** Deploys until a job of the stack is created: simulated time stops then. */
  public async deployUntilJob(stackName: string, define?: (stack: Stack) => void): Promise<{ deployment: Promise<CliResult> }> {
    await this.client.stopTimeAt({ operation: 'CreateDatasetExportJob', caller: `${stackName}-` });
    const deployment = this.deploy(stackName, define);
    await this.client.timeStopped();
    return { deployment };
  }

  /** The CLI has no command for this. */
  public async cancelUpdate(stackName: string): Promise<void> {
    const { endpoint, region, env } = this.localAws.ready;
    const response = await unlessThrottled(() => fetch(endpoint, {
      method: 'POST',
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${env.AWS_ACCESS_KEY_ID}/20261101/${region}/cloudformation/aws4_request, SignedHeaders=host, Signature=none` },
      body: new URLSearchParams({ Action: 'CancelUpdateStack', Version: '2010-05-15', StackName: stackName }),
    }));
    if (!response.ok) { throw new Error(await response.text()); }
  }

  /** The jobs with generated names that a stack started, oldest first. */
  public async jobsOf(stackName: string): Promise<JobRecord[]> {
    return (await this.client.jobs()).filter(({ request }) => String(request.jobName).startsWith(`${stackName}_`));
  }

  public async statusesOf(stackName: string): Promise<string[]> {
    return (await this.jobsOf(stackName)).map(({ status }) => status);
  }
}

async function unlessThrottled(send: () => Promise<Response>): Promise<Response> {
  for (;;) {
    const response = await send();
    if (response.ok || !(await response.clone().text()).includes('Throttling')) { return response; }
  }
}

/** A job that exports the dataset. The stack's output `<id>Uri` is its output URI. */
export function exportIn(stack: Stack, props: Partial<DatasetExportJobProps> = {}, id = 'Export'): DatasetExportJob {
  const dataset = Dataset.fromDatasetArn(stack, `${id}Dataset`, stack.formatArn({
    service: 'personalize', resource: 'dataset', resourceName: 'movies/INTERACTIONS',
  }));
  const job = new DatasetExportJob(stack, id, { dataset, ingestionMode: IngestionMode.ALL, ...props });
  new CfnOutput(stack, `${id}Uri`, { value: job.outputUri });
  return job;
}

/** The stack's provider for long exports: with rare polls, each of which starts two processes on local AWS. */
export function rarelyPolling(stack: Stack): DatasetExportProvider {
  return stack.node.tryFindChild('Provider') as DatasetExportProvider | undefined ?? new DatasetExportProvider(stack, 'Provider', { pollInterval: Duration.minutes(2) });
}

/** The CLI's output without line breaks and indentation. */
export function unwrapped(output: string): string {
  return output.replace(/\s*\n\s*/g, ' ');
}

/** Several jobs with one destination and one provider. */
export function exportsIn(stack: Stack, count: number, maxConcurrency?: number): void {
  const destination = new ExportDestination(stack, 'Exports');
  const provider = new DatasetExportProvider(stack, 'Provider', { maxConcurrency });
  for (let i = 0; i < count; i++) { exportIn(stack, { destination, provider }, `Export${i}`); }
}
