import type {
  CallRecord, DecisionRecord, EventRecord, ExecutionRecord, Fault, ImportJobRecord, JobRecord, LambdaSettings, ObjectRecord, PersonalizeSettings,
  SeedRequest, StackRecord, StopAt, TableRecord,
} from './wire';

/** The control API of a running local AWS. */
export class LocalAwsClient {
  constructor(private readonly endpoint: string) {}

  /** All API calls, or those of a service or an operation, in order. */
  public async calls(filter: { service?: string; operation?: string } = {}): Promise<CallRecord[]> {
    const calls = await this.json<CallRecord[]>('GET', 'calls');
    return calls.filter(({ service, operation }) =>
      (filter.service ?? service) === service && (filter.operation ?? operation) === operation);
  }

  public async decisions(): Promise<DecisionRecord[]> {
    return this.json('GET', 'decisions');
  }

  /** All dataset export jobs, in the order of their creation. */
  public async jobs(): Promise<JobRecord[]> {
    return this.json('GET', 'personalize/jobs');
  }

  /** All dataset import jobs, in the order of their creation. */
  public async importJobs(): Promise<ImportJobRecord[]> {
    return this.json('GET', 'personalize/import-jobs');
  }

  /** All events on event buses, in order. */
  public async events(): Promise<EventRecord[]> {
    return this.json('GET', 'events');
  }

  /** All executions of state machines, in the order of their starts. */
  public async executions(): Promise<ExecutionRecord[]> {
    return this.json('GET', 'executions');
  }

  /** All tables and views of the Data Catalog, with their partitions. */
  public async tables(): Promise<TableRecord[]> {
    return this.json('GET', 'glue/tables');
  }

  /** A deleted stack is found only by its ARN. */
  public async stack(nameOrArn: string): Promise<StackRecord> {
    return this.json('GET', `stacks/${encodeURIComponent(nameOrArn)}`);
  }

  /** Creates a dataset with records; returns its ARN. */
  public async seedDataset(seed: SeedRequest): Promise<string> {
    return (await this.json<{ datasetArn: string }>('POST', 'personalize/datasets', seed)).datasetArn;
  }

  /** Changes only the named settings. */
  public async configurePersonalize(change: Partial<PersonalizeSettings>): Promise<PersonalizeSettings> {
    return this.json('PUT', 'personalize/settings', change);
  }

  /** Changes only the named settings. */
  public async configureLambda(change: Partial<LambdaSettings>): Promise<LambdaSettings> {
    return this.json('PUT', 'lambda/settings', change);
  }

  public async addFaults(...faults: Fault[]): Promise<void> {
    await this.json('POST', 'faults', faults);
  }

  /** Those that have not happened yet. */
  public async remainingFaults(): Promise<Fault[]> {
    return this.json('GET', 'faults');
  }

  public async clearFaults(): Promise<void> {
    await this.json('DELETE', 'faults');
  }

  /** How many times as fast as real time simulated time may run. */
  public async changeSpeed(speed: number): Promise<void> {
    await this.json('PUT', 'clock/speed', speed);
  }

  /** Waits for simulated seconds. */
  public async sleep(seconds: number): Promise<void> {
    await this.json('POST', 'clock/sleep', seconds);
  }

  /** Lets simulated time run until then. */
  public async stopTimeAt(at: StopAt): Promise<void> {
    await this.json('POST', 'clock/stop', at);
  }

  /** Waits until simulated time has stopped. Whatever is done now is done before it goes on. */
  public async timeStopped(): Promise<void> {
    await this.json('GET', 'clock/stop');
  }

  /** Lets simulated time run for so long, and no longer. */
  public async runTimeFor(seconds: number): Promise<void> {
    await this.stopTimeAt({ afterSeconds: seconds });
    await this.timeStopped();
  }

  /** Lets simulated time run again. */
  public async resumeTime(): Promise<void> {
    await this.json('DELETE', 'clock/stop');
  }

  public async objects(bucket: string): Promise<ObjectRecord[]> {
    return this.json('GET', `s3/${bucket}`);
  }

  public async objectBody(bucket: string, key: string): Promise<Buffer> {
    const response = await this.request('GET', `s3/${bucket}/${encodeURIComponent(key)}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The lines of a log group. */
  public async logs(group: string): Promise<string[]> {
    return this.json('GET', `logs/${encodeURIComponent(group)}`);
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return await (await this.request(method, path, body)).json() as T;
  }

  private async request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.endpoint}/_local-aws/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    if (!response.ok) { throw new Error(`local AWS: ${method} ${path}: ${response.status} ${await response.text()}`); }
    return response;
  }
}
