import type { OnEventRequest } from '../../lambda/events';
import { MAX_CUSTOM_RESOURCE_SECONDS } from '../../src/contract/limits';
import { createEvent, deleteEvent, updateEvent, type Properties } from '../../tools/simulation/events';
import { Waiter, type Outcome, type World } from '../../tools/simulation/world';

/** What happens to a stack. */
export interface Operation {
  /** undefined: `cdk rollback`, of what failed operations with rollback disabled left */
  readonly properties?: Properties;
  /** seconds until another resource of the stack fails, or somebody cancels; if all is complete before, it fails after that */
  readonly otherFailsAfter?: number | undefined;
  /** seconds until the first request is delivered again */
  readonly repeatedAfter?: number | undefined;
  /** whether CloudFormation keeps the id of a FAILED response, or the previous one */
  readonly keepsIdOfFailure: boolean;
  /** `cdk deploy --no-rollback` */
  readonly noRollback: boolean;
  /** the stack's status while CloudFormation brings a failed resource back although rollback is disabled: not documented */
  readonly statusOfBringingBack: string;
}

/** What became of one request. */
export interface Request {
  readonly event: OnEventRequest;
  /** a rollback, or a failed resource that is brought back: never a reason to export */
  readonly backwards: boolean;
  readonly waiters: Waiter[];
  readonly startedAt: number;
  /** the response that CloudFormation took; undefined: it did not wait for one */
  readonly answer: Outcome | undefined;
  /** how many jobs there were before the request, at its end, and when the last waiter had stopped */
  readonly jobs: { readonly before: number; readonly atEnd: number; readonly afterAll: number };
}

interface Resource {
  readonly id: string;
  readonly properties: Properties;
  readonly data: Readonly<Record<string, string>>;
  readonly failed?: 'CREATE' | 'UPDATE';
}
type Resources = ReadonlyMap<string, Resource>;

const INVENTED_ID = 'Shop-Export5A1B2C3D-1QXZ5ABCDEFG';

/**
 * A stack with one export and another resource, as CloudFormation would deploy it. The export is one custom resource, or two when its
 * timeout is longer than CloudFormation waits for one.
 *
 * Waiters go on after their request has ended, as the state machine does. Each of them polls before the stack is deployed again: the
 * poll interval is short, compared to a rollback and another deployment.
 */
export class FakeCloudFormation {
  public readonly requests: Request[] = [];
  /** Called whenever the stack is complete. */
  public onComplete?: (deployed: Resource) => void;

  private resources: Resources = new Map();
  /** the resources when the stack was last complete; undefined: it never was */
  private stable: Resources | undefined;

  constructor(private readonly world: World, private readonly intervalSeconds: number) {}

  public async run(operation: Operation): Promise<void> {
    this.world.stack.stableId = undefined;
    if (operation.properties !== undefined) { return this.deploy(operation, operation.properties); }
    const isFailed = /^(CREATE|UPDATE)_FAILED$/.test(this.world.stack.status);
    if (isFailed) { await this.rollBack(); }
  }

  public async delete(): Promise<void> {
    this.world.stack.status = 'DELETE_IN_PROGRESS';
    for (const { id, properties } of [...this.resources.values()].reverse()) { await this.request(deleteEvent(id, properties, this.nextId()), {}); }
    this.resources = new Map();
    this.stable = undefined;
    this.world.stack.status = 'DELETE_COMPLETE';
  }

  private async deploy(operation: Operation, properties: Properties): Promise<void> {
    const { stack, clock } = this.world;
    const verb = this.resources.size === 0 ? 'CREATE' : 'UPDATE';
    const before = this.resources;
    const startedAt = clock.now();
    const template = templateOf(properties);
    stack.status = `${verb}_IN_PROGRESS`;

    let failed = false;
    let previous: Resource | undefined;
    for (const [name, propertiesOf] of template) {
      const deployed = await this.bring(name, propertiesOf(previous), operation, startedAt);
      if (deployed === undefined) {
        failed = true;
        break;
      }
      previous = deployed;
    }
    failed ||= operation.otherFailsAfter !== undefined;

    if (!failed) {
      const gone = [...this.resources].filter(([name]) => !template.has(name));
      this.resources = new Map([...this.resources].filter(([name]) => template.has(name)));
      stack.status = `${verb}_COMPLETE`;
      for (const { id, properties: ofGone } of [...gone.map(([, resource]) => resource), ...superseded(before, this.resources)]) {
        await this.request(deleteEvent(id, ofGone, this.nextId()), {});
      }
      this.complete();
    } else if (operation.noRollback) {
      stack.status = `${verb}_FAILED`;
    } else {
      await this.rollBack();
    }
  }

  /** Creates or updates one resource. @returns undefined if it fails, or something else has failed before */
  private async bring(name: string, properties: Properties, operation: Operation, startedAt: number): Promise<Resource | undefined> {
    const { clock, stack } = this.world;
    let existing = this.resources.get(name);
    // with rollback disabled, a failure elsewhere stops only what depends on it
    const otherFailsAfter = operation.otherFailsAfter === undefined || operation.noRollback ? Infinity
      : operation.otherFailsAfter - (clock.now() - startedAt) / 1000;
    if (otherFailsAfter <= 0) { return undefined; }
    if (existing !== undefined && existing.failed === undefined && same(existing.properties, properties)) { return existing; }
    if (existing?.failed === 'CREATE') { // it has no last known stable state
      await this.request(deleteEvent(existing.id, existing.properties, this.nextId()), {});
      existing = undefined;
    }
    const event = existing === undefined
      ? createEvent(properties, this.nextId()) : updateEvent(existing.properties, properties, existing.id, this.nextId());
    const answer = await this.request({ ...event, LogicalResourceId: name }, { otherFailsAfter, repeatedAfter: operation.repeatedAfter }, ended => {
      // when the request ends badly, CloudFormation begins to roll back at once, or gives up
      if (ended?.status !== 'SUCCESS') { stack.status = operation.noRollback ? stack.status.replace('IN_PROGRESS', 'FAILED') : this.rollbackStatus(); }
    });
    if (answer?.status === 'SUCCESS') { return this.set(name, { id: answer.physicalId!, properties, data: answer.data! }); }

    const idOfFailure = answer === undefined ? existing?.id ?? INVENTED_ID : answer.physicalId ?? existing?.id ?? 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';
    if (existing === undefined) {
      this.set(name, { id: idOfFailure, properties, data: {}, failed: 'CREATE' });
    } else {
      const failed = this.set(name, { id: operation.keepsIdOfFailure ? idOfFailure : existing.id, properties, data: existing.data, failed: 'UPDATE' });
      if (operation.noRollback) {
        const { status } = stack;
        stack.status = operation.statusOfBringingBack;
        stack.broughtBack = true;
        const back = await this.update(name, failed, existing.properties);
        this.set(name, { ...back, failed: 'UPDATE' });
        stack.broughtBack = false;
        stack.status = status;
      }
    }
    return undefined;
  }

  /** Goes back to the resources when the stack was last complete; if it never was, deletes everything. */
  private async rollBack(): Promise<void> {
    const { stack } = this.world;
    stack.status = this.rollbackStatus();
    if (this.stable === undefined) {
      for (const { id, properties } of [...this.resources.values()].reverse()) {
        // the framework swallows the Delete of a Create that failed in onEvent
        if (!id.startsWith('AWSCDK::')) { await this.request(deleteEvent(id, properties, this.nextId()), {}); }
      }
      this.resources = new Map();
      stack.status = 'ROLLBACK_COMPLETE';
      return;
    }
    const target = this.stable;
    for (const [name, before] of target) {
      const current = this.resources.get(name)!;
      stack.stableId = before.id;
      const properties = before.properties.ContinuesJobArn === undefined ? before.properties
        : { ...before.properties, ContinuesJobArn: this.resources.get('Export')!.data.DatasetExportJobArn! };
      if (current.failed !== undefined || current.id !== before.id || !same(current.properties, properties)) {
        await this.update(name, current, properties);
      }
    }
    stack.stableId = undefined;
    for (const [name, { id, properties }] of this.resources) {
      if (!target.has(name)) { await this.request(deleteEvent(id, properties, this.nextId()), {}); }
    }
    this.resources = new Map([...this.resources].filter(([name]) => target.has(name)));
    stack.status = 'UPDATE_ROLLBACK_COMPLETE';
    this.complete();
  }

  private async update(name: string, current: Resource, properties: Properties): Promise<Resource> {
    const event = updateEvent(current.properties, properties, current.id, this.nextId());
    const answer = await this.request({ ...event, LogicalResourceId: name }, { backwards: true });
    if (answer?.status !== 'SUCCESS') { throw new Error(`the way back failed: ${answer?.reason}`); }
    return this.set(name, { id: answer.physicalId!, properties, data: answer.data! });
  }

  private complete(): void {
    this.stable = this.resources;
    this.onComplete?.([...this.resources.values()].at(-1)!);
  }

  private set(name: string, resource: Resource): Resource {
    this.resources = new Map([...this.resources, [name, resource]]);
    return resource;
  }

  private rollbackStatus(): string {
    return this.stable === undefined ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS';
  }

  private nextId(): string {
    return `request-${this.requests.length}`;
  }

  private async request(
    event: OnEventRequest, options: { otherFailsAfter?: number; repeatedAfter?: number | undefined; backwards?: boolean },
    atEnd: (answer: Outcome | undefined) => void = () => {},
  ): Promise<Outcome | undefined> {
    const { otherFailsAfter = Infinity, repeatedAfter = Infinity, backwards = false } = options;
    const { clock, personalize } = this.world;
    const startedAt = clock.now();
    const before = personalize.jobs.size;
    const elapsed = () => (clock.now() - startedAt) / 1000;

    const maxPolls = 3600 / this.intervalSeconds;
    const waiters = [new Waiter(this.world, event, maxPolls)];
    await waiters[0]!.deliver();
    const answered = () => waiters.map(({ outcome }) => outcome).find(outcome => outcome !== undefined);
    while (answered() === undefined && elapsed() < otherFailsAfter) {
      if (waiters.length === 1 && elapsed() >= repeatedAfter) {
        waiters.push(new Waiter(this.world, event, maxPolls));
        await waiters[1]!.deliver();
      }
      await this.poll(waiters, () => answered() !== undefined);
      if (answered() === undefined) { clock.advance(this.intervalSeconds); }
    }

    const answer = answered();
    atEnd(answer);
    const jobsAtEnd = personalize.jobs.size;
    const { status } = this.world.stack;
    while (waiters.some(({ outcome }) => outcome === undefined)) {
      await this.poll(waiters, () => false);
      clock.advance(this.intervalSeconds);
    }
    this.world.stack.status = status;
    this.requests.push({ event, backwards, waiters, startedAt, answer, jobs: { before, atEnd: jobsAtEnd, afterAll: personalize.jobs.size } });
    return answer;
  }

  /** CloudFormation takes a response at once: no other waiter polls between the response and the end of the request. */
  private async poll(waiters: Waiter[], ended: () => boolean): Promise<void> {
    for (const waiter of waiters) {
      if (waiter.outcome === undefined && !ended()) { await waiter.poll(); }
    }
  }
}

type PropertiesOf = (previous: Resource | undefined) => Properties;

/** The custom resources of a job, each with properties that follow from the previous one. */
function templateOf(properties: Properties): Map<string, PropertiesOf> {
  if (properties.WaitForCompletion === 'false' || Number(properties.TimeoutSeconds) <= MAX_CUSTOM_RESOURCE_SECONDS) { return new Map<string, PropertiesOf>([['Export', () => properties]]); }
  return new Map<string, PropertiesOf>([
    ['Export', () => ({ ...properties, HandsOver: 'true' })],
    ['Completion', previous => ({ ...properties, ContinuesJobArn: previous!.data.DatasetExportJobArn!, WaitedSeconds: String(MAX_CUSTOM_RESOURCE_SECONDS) })],
  ]);
}

function superseded(before: Resources, after: Resources): Resource[] {
  return [...before].filter(([name, { id }]) => after.has(name) && after.get(name)!.id !== id).map(([, resource]) => resource);
}

function same(one: Properties, other: Properties): boolean {
  return JSON.stringify(Object.entries(one).sort()) === JSON.stringify(Object.entries(other).sort());
}
