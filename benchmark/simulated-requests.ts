import { createHash } from 'node:crypto';
import type { OnEventRequest } from '../lambda/events';
import { createEvent, properties } from '../tools/simulation/events';
import { World, Waiter } from '../tools/simulation/world';

/** How CloudFormation and the framework deliver requests. */
export interface Pace {
  readonly pollSeconds: number;
  /** between the deliveries of two requests that wait for no other */
  readonly staggerSeconds: number;
  /** the request that must be answered first, if any */
  readonly previousOf?: (index: number) => number | undefined;
  /** over which the polls are spread: they share nothing */
  readonly processes?: number;
}

/** One request of CloudFormation, from its delivery to its answer, in simulated seconds. */
export interface SimulatedRequest {
  readonly event: OnEventRequest;
  readonly waiter: Waiter;
  deliveredAt: number;
  answeredAt?: number;
}

export interface SimulatedRun {
  readonly world: World;
  readonly requests: readonly SimulatedRequest[];
  /** simulated seconds from the first request to the last answer */
  readonly seconds: number;
}

export function createRequest(index: number, timeoutSeconds: number): OnEventRequest {
  const resource = properties({
    DatasetArn: `arn:aws:personalize:eu-west-1:111122223333:dataset/shop${index}/INTERACTIONS`,
    JobNamePrefix: `Shop_Export${index}`,
    TimeoutSeconds: String(timeoutSeconds),
    Tags: undefined,
  });
  return { ...createEvent(resource, `create-${index}`), LogicalResourceId: `Export${index}` };
}

/**
 * Runs the handler's code as the Provider framework does (onEvent, then isComplete at once and every `pollSeconds`), for many requests side by side.
 * Steps take no simulated time; the next one is the one that is due first.
 */
export async function simulate(
  world: World, events: readonly OnEventRequest[], { pollSeconds, staggerSeconds, previousOf = () => undefined, processes = 1 }: Pace,
): Promise<SimulatedRun> {
  const start = world.clock.time;
  const seconds = () => (world.clock.time - start) / 1000;
  const requests: SimulatedRequest[] = events.map((event, index) => (
    { event, waiter: new Waiter(world, event), deliveredAt: index * staggerSeconds }));
  const due = new Map(requests.filter((_, index) => previousOf(index) === undefined).map(request => [request, request.deliveredAt]));
  const lifecycles = Array.from({ length: processes }, () => world.process());
  const processOf = (poll: string) => lifecycles[createHash('sha256').update(poll).digest()[0]! % processes]!;
  let polls = 0;
  while (due.size > 0) {
    const [request, at] = [...due].reduce((first, next) => (next[1] < first[1] ? next : first));
    world.clock.time = Math.max(world.clock.time, start + at * 1000);
    if (request.waiter.onEventResponse === undefined) { await request.waiter.deliver(); }
    if (request.waiter.outcome === undefined) { await request.waiter.poll(processOf(`${polls++}`)); }
    if (request.waiter.outcome === undefined) {
      due.set(request, at + pollSeconds);
    } else {
      request.answeredAt = seconds();
      due.delete(request);
      requests.forEach((next, index) => {
        if (requests[previousOf(index) ?? -1] !== request) { return; }
        next.deliveredAt = seconds();
        due.set(next, next.deliveredAt);
      });
    }
  }
  return { world, requests, seconds: seconds() };
}
