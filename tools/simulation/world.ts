import type { Properties } from './events';
import { FakeClock } from './fake-clock';
import { FakePersonalize, type FakeJob } from './fake-personalize';
import { FakeStack } from './fake-stack';
import { FakeStorage } from './fake-storage';
import type { IsCompleteRequest, IsCompleteResponse, OnEventRequest, OnEventResponse } from '../../lambda/events';
import { exportRequest } from '../../lambda/export-request';
import { jobArn, outputUri } from '../../lambda/job';
import { jobNameOf } from '../../lambda/job-name';
import { Lifecycle } from '../../lambda/lifecycle';
import { jsonLog } from '../../lambda/log';
import type { Context } from '../../lambda/messages';
import type { ObserverApi } from '../../lambda/outcome-events';

export const LOG_GROUP = 'Shop-PersonalizeDatasetExportProviderLogGroup-1A2B3C';

/** How one request ended, as CloudFormation learns of it. */
export interface Outcome {
  readonly status: 'SUCCESS' | 'FAILED';
  readonly reason: string;
  /** undefined: onEvent failed, so the framework makes an id up */
  readonly physicalId: string | undefined;
  readonly data: Readonly<Record<string, string>> | undefined;
  readonly at: number;
}

/** The lifecycle, with fakes for everything that it touches. */
export class World {
  public readonly clock = new FakeClock();
  public readonly personalize = new FakePersonalize(this.clock);
  public readonly stack = new FakeStack();
  public readonly storage = new FakeStorage();
  public readonly logLines: string[] = [];
  public readonly lifecycle = this.process();

  /** Has jobs observed, as with events. */
  public outcomes: ObserverApi | undefined;

  /** A new process of the functions. */
  public process(): Lifecycle {
    return new Lifecycle({
      personalize: this.personalize,
      cloudFormation: this.stack,
      storage: this.storage,
      ...this.outcomes && { outcomes: this.outcomes },
      now: this.clock.now,
      log: jsonLog(line => this.logLines.push(line), this.clock.now),
      logGroup: LOG_GROUP,
      pollSeconds: 30,
    });
  }

  public get log(): Record<string, string>[] {
    return this.logLines.map(line => JSON.parse(line) as Record<string, string>);
  }

  /** Adds a job that the properties ask for, whoever created it. */
  public addJob(properties: Properties, jobName: string, createdAt = this.clock.now()): FakeJob {
    return this.personalize.add(exportRequest(properties, jobName, new Date(createdAt)), createdAt);
  }

  /** What messages about a job say. */
  public contextOf(event: OnEventRequest, jobName = jobNameOf(event)): Context {
    const { ResourceProperties } = event;
    const job = this.personalize.jobs.get(jobArn(ResourceProperties.DatasetArn, jobName));
    const uri = job?.request.outputUri ?? outputUri(ResourceProperties, jobName, new Date(this.clock.now()));
    return { event, jobName, outputUri: uri, logGroup: LOG_GROUP };
  }

  /** One request from delivery to response, polled every `interval` seconds. */
  public async run(event: OnEventRequest, interval = 30): Promise<Outcome> {
    const waiter = new Waiter(this, event, 3600 / interval);
    await waiter.deliver();
    while (waiter.outcome === undefined) {
      await waiter.poll();
      if (waiter.outcome === undefined) { this.clock.advance(interval); }
    }
    return waiter.outcome;
  }
}

/** One delivery of a request in the Provider framework, with JSON between the functions. */
export class Waiter {
  public outcome: Outcome | undefined;
  public onEventResponse: OnEventResponse | undefined;
  public polls = 0;

  constructor(private readonly world: World, public readonly event: OnEventRequest, private readonly maxPolls = Infinity) {}

  public async deliver(): Promise<void> {
    try {
      this.onEventResponse = throughJson(await this.world.lifecycle.onEvent(throughJson(this.event)));
    } catch (error) {
      this.answer('FAILED', (error as Error).message, this.event.PhysicalResourceId);
    }
  }

  public async poll(lifecycle = this.world.lifecycle): Promise<void> {
    if (this.outcome !== undefined) { throw new Error('a request that has its response must not be polled again'); }
    if (this.polls++ > this.maxPolls) { throw new Error('the framework would have given up by now'); }
    const event = { ...this.event, ...this.onEventResponse! } as IsCompleteRequest;
    let response: IsCompleteResponse;
    try {
      response = throughJson(await lifecycle.isComplete(throughJson(event)));
    } catch (error) {
      return this.answer('FAILED', (error as Error).message, event.PhysicalResourceId);
    }
    if (response.IsComplete) {
      this.answer('SUCCESS', 'SUCCESS', response.PhysicalResourceId ?? event.PhysicalResourceId, { ...response.Data });
    } else if ('Data' in response) {
      throw new Error('the framework does not allow Data with IsComplete: false');
    }
  }

  /** Polls as often as the framework does. */
  public async pollUntil(isDone: () => boolean, processOf = () => this.world.lifecycle): Promise<void> {
    for (await this.poll(processOf()); !isDone(); await this.poll(processOf())) { this.world.clock.advance(30); }
  }

  private answer(status: Outcome['status'], reason: string, physicalId: string | undefined, data?: Record<string, string>): void {
    this.outcome = { status, reason, physicalId, data, at: this.world.clock.now() };
  }
}

/** As a value arrives on the other side of an invocation. */
function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
