import { createEvent, deleteEvent, updateEvent, type Properties } from './events';
import { Waiter, type Outcome, type World } from './world';
import type { OnEventRequest } from '../../lambda/events';

/** One `cdk deploy`. */
export interface Deployment {
  readonly properties: Properties;
  /** seconds until another resource of the stack fails; undefined: none does. Later than the end of the request: after its success. */
  readonly otherFailsAfter: number | undefined;
  /** the request is delivered a second time so many seconds later */
  readonly repeatedAfter: number | undefined;
  /** whether CloudFormation goes on with the id of a response that says FAILED, or with the one before */
  readonly keepsIdOfFailure: boolean;
}

/** What became of one request. */
export interface Request {
  readonly event: OnEventRequest;
  readonly rollback: boolean;
  readonly waiters: Waiter[];
  readonly startedAt: number;
  /** what CloudFormation took for the answer; undefined: it did not wait for one */
  readonly answer: Outcome | undefined;
  /** the jobs there were before, at the end of the request, and when the last waiter had stopped */
  readonly jobs: { readonly before: number; readonly atEnd: number; readonly afterAll: number };
}

const INVENTED_ID = 'Shop-Export5A1B2C3D-1QXZ5ABCDEFG';

/**
 * A stack with one export and another resource, as CloudFormation would deploy it.
 *
 * Waiters go on after their request has ended, as the state machine does. A stack is never deployed again before each of them
 * has had a look at it: the poll interval is short, compared to a rollback and a new deployment.
 */
export class FakeCloudFormation {
  public readonly requests: Request[] = [];
  /** undefined: there is no stack, or it can only be deleted */
  public current: { readonly id: string; readonly properties: Properties } | undefined;

  constructor(private readonly world: World, private readonly intervalSeconds: number) {}

  /** @returns false if the stack cannot be deployed again */
  public async deploy(deployment: Deployment): Promise<boolean> {
    const { current, world: { stack } } = this;
    const requestId = `request-${this.requests.length}`;
    const event = current === undefined
      ? createEvent(deployment.properties, requestId)
      : updateEvent(current.properties, deployment.properties, current.id, requestId);
    const operation = event.RequestType.toUpperCase();
    stack.status = `${operation}_IN_PROGRESS`;

    const rolledBackStatus = current === undefined ? 'ROLLBACK_IN_PROGRESS' : 'UPDATE_ROLLBACK_IN_PROGRESS';
    const answer = await this.request(event, deployment, ended => {
      const failed = ended?.status !== 'SUCCESS' || deployment.otherFailsAfter !== undefined;
      stack.status = failed ? rolledBackStatus : `${operation}_COMPLETE`;
    });
    if (stack.status !== rolledBackStatus) {
      this.current = { id: answer!.physicalId!, properties: deployment.properties };
      if (current !== undefined && current.id !== answer!.physicalId) { await this.delete(current.id); }
      return true;
    }
    if (current === undefined) {
      // the framework swallows the Delete of a Create that failed in onEvent
      if (answer === undefined || answer.physicalId !== undefined) { await this.delete(answer?.physicalId ?? INVENTED_ID); }
      return false;
    }
    const takesNewId = answer !== undefined && (answer.status === 'SUCCESS' || deployment.keepsIdOfFailure);
    const id = takesNewId ? answer.physicalId! : current.id;
    await this.request(updateEvent(deployment.properties, current.properties, id, `request-${this.requests.length}`), {}, () => {
      stack.status = 'UPDATE_ROLLBACK_COMPLETE';
    });
    this.current = { ...current, id };
    return true;
  }

  public async delete(id: string): Promise<void> {
    await this.request(deleteEvent(id, this.current?.properties, `request-${this.requests.length}`), {}, () => {});
  }

  private async request(
    event: OnEventRequest, { otherFailsAfter = Infinity, repeatedAfter = Infinity }: Partial<Deployment>,
    atEnd: (answer: Outcome | undefined) => void,
  ): Promise<Outcome | undefined> {
    const { clock, personalize, stack } = this.world;
    const rollback = stack.status === 'UPDATE_ROLLBACK_IN_PROGRESS';
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
    while (waiters.some(({ outcome }) => outcome === undefined)) {
      await this.poll(waiters, () => false);
      clock.advance(this.intervalSeconds);
    }
    this.requests.push({ event, rollback, waiters, startedAt, answer, jobs: { before, atEnd: jobsAtEnd, afterAll: personalize.jobs.size } });
    return answer;
  }

  /** CloudFormation takes an answer at once: no other waiter has a look between the answer and the end of the request. */
  private async poll(waiters: Waiter[], ended: () => boolean): Promise<void> {
    for (const waiter of waiters) {
      if (waiter.outcome === undefined && !ended()) { await waiter.poll(); }
    }
  }
}
