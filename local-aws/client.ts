import type { CallRecord, DecisionRecord, EventRecord, ExecutionRecord, Fault, JobRecord, LambdaSettings, ObjectRecord, PersonalizeSettings, SeedRequest, StackRecord } from './wire';

/** The control API of a running local AWS. */
export class LocalAwsClient {
  constructor(private readonly endpoint: string) {}

  /** All API calls so far, in order; of one service or operation if named. */
  public async calls(filter: { service?: string; operation?: string } = {}): Promise<CallRecord[]> {
    const calls = await this.json<CallRecord[]>('GET', 'calls');
    return calls.filter(({ service, operation }) =>
      (filter.service ?? service) === service && (filter.operation ?? operation) === operation);
  }

  /** All IAM decisions so far, in order. */
  public async decisions(): Promise<DecisionRecord[]> {
    return this.json('GET', 'decisions');
  }

  /** All dataset export jobs so far, in order. */
  public async jobs(): Promise<JobRecord[]> {
    return this.json('GET', 'personalize/jobs');
  }

  /** All events on event buses so far, in order. */
  public async events(): Promise<EventRecord[]> {
    return this.json('GET', 'events');
  }

  /** All executions of state machines so far, in the order of their starts. */
  public async executions(): Promise<ExecutionRecord[]> {
    return this.json('GET', 'executions');
  }

  /** A stack by its name, or by its ARN if it is deleted. */
  public async stack(nameOrArn: string): Promise<StackRecord> {
    return this.json('GET', `stacks/${encodeURIComponent(nameOrArn)}`);
  }

  /** Creates a dataset with records; returns its ARN. */
  public async seedDataset(seed: SeedRequest): Promise<string> {
    return (await this.json<{ datasetArn: string }>('POST', 'personalize/datasets', seed)).datasetArn;
  }

  /** Changes the settings named and leaves the others. */
  public async configurePersonalize(change: Partial<PersonalizeSettings>): Promise<PersonalizeSettings> {
    return this.json('PUT', 'personalize/settings', change);
  }

  /** Changes the settings named and leaves the others. */
  public async configureLambda(change: Partial<LambdaSettings>): Promise<LambdaSettings> {
    return this.json('PUT', 'lambda/settings', change);
  }

  /** Orders faults for the next calls. */
  public async addFaults(...faults: Fault[]): Promise<void> {
    await this.json('POST', 'faults', faults);
  }

  /** The faults that have not happened yet. */
  public async remainingFaults(): Promise<Fault[]> {
    return this.json('GET', 'faults');
  }

  public async clearFaults(): Promise<void> {
    await this.json('DELETE', 'faults');
  }

  /** From now on, simulated time runs up to this many times as fast as real time. */
  public async changeSpeed(speed: number): Promise<void> {
    await this.json('PUT', 'clock/speed', speed);
  }

  /** Waits until this much simulated time has passed. */
  public async sleep(seconds: number): Promise<void> {
    await this.json('POST', 'clock/sleep', seconds);
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
    if (!response.ok) {
      throw new Error(`local AWS: ${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response;
  }
}
