import type { Stack } from 'aws-cdk-lib';
import { exportIn, Fixture, RECORDS, unwrapped } from './fixture';
import type { JobSettings } from '../../local-aws/wire';
import { DatasetExportJobProps, IngestionMode } from '../../src';
import { exportedRecords } from '../../tools/local-deployment/records';

/** A stack with one export that is deployed several times. */
export class Sequence {
  /** @param props of the job in each deployment */
  constructor(
    private readonly fixture: Fixture,
    public readonly stackName: string,
    private readonly props: (stack: Stack) => Partial<DatasetExportJobProps> = () => ({}),
  ) {}

  public get define() {
    return (ingestionMode: IngestionMode, more: Partial<DatasetExportJobProps> = {}) =>
      (stack: Stack) => exportIn(stack, { ingestionMode, ...this.props(stack), ...more });
  }

  /** From now on, the jobs of this stack behave like this. */
  public async jobs(settings: Partial<JobSettings>): Promise<void> {
    await this.fixture.client.configurePersonalize({ jobs: { [`${this.stackName}_`]: settings } });
  }

  public async succeeds(define: (stack: Stack) => void, ...args: string[]): Promise<void> {
    const { exitCode, output } = await this.fixture.deploy(this.stackName, define, args);
    expect(exitCode === 0 ? '' : output).toBe('');
  }

  public async fails(define: (stack: Stack) => void, words: string, ...args: string[]): Promise<void> {
    const { exitCode, output } = await this.fixture.deploy(this.stackName, define, args);
    expect(exitCode).not.toBe(0);
    expect(unwrapped(output)).toContain(words);
  }

  public async rollsBack(define: (stack: Stack) => void): Promise<void> {
    const { exitCode, output } = await this.fixture.rollback(this.stackName, define);
    expect(exitCode === 0 ? '' : output).toBe('');
  }

  public async jobCount(): Promise<number> {
    return (await this.fixture.jobsOf(this.stackName)).length;
  }

  public async status(): Promise<string> {
    return (await this.fixture.client.stack(this.stackName)).status;
  }

  /** The stack's output names an ACTIVE job with these inputs, and its data is there. */
  public async expectTruth(status: string, ingestionMode: IngestionMode, jobCount: number): Promise<void> {
    const stack = await this.fixture.client.stack(this.stackName);
    expect(stack.status).toBe(status);
    const jobs = await this.fixture.jobsOf(this.stackName);
    const job = jobs.find(({ request }) => (request as any).jobOutput.s3DataDestination.path === stack.outputs.ExportUri);
    expect(job).toMatchObject({ status: 'ACTIVE', request: { ingestionMode } });
    expect((await exportedRecords(this.fixture.client, stack.outputs.ExportUri)).rows.length).toBeGreaterThanOrEqual(RECORDS);
    expect(jobs).toHaveLength(jobCount);
  }
}
