import type { OnEventRequest } from '../lambda/events';
import { createEvent, properties } from '../test/lambda/events';
import { World, Waiter } from '../test/lambda/world';

/** One request of CloudFormation, from its delivery to its answer, in simulated seconds. */
export interface SimulatedRequest {
  readonly event: OnEventRequest;
  readonly waiter: Waiter;
  readonly deliveredAt: number;
  answeredAt?: number;
}

/** What happened while requests were waited for. */
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
 * The handler's own code through the steps of the Provider framework (onEvent, then isComplete at once and every
 * `pollSeconds`), for many requests side by side. Time is simulated: a step takes none, and the next one is that which is due
 * first.
 *
 * @param staggerSeconds between the deliveries of two requests
 */
export async function simulate(
  world: World, events: readonly OnEventRequest[], pollSeconds: number, staggerSeconds: number,
): Promise<SimulatedRun> {
  const start = world.clock.time;
  const seconds = () => (world.clock.time - start) / 1000;
  const requests: SimulatedRequest[] = events.map((event, index) => (
    { event, waiter: new Waiter(world, event), deliveredAt: index * staggerSeconds }));
  const due = new Map(requests.map(request => [request, request.deliveredAt]));
  while (due.size > 0) {
    const [request, at] = [...due].reduce((first, next) => (next[1] < first[1] ? next : first));
    world.clock.time = Math.max(world.clock.time, start + at * 1000);
    if (request.waiter.onEventResponse === undefined) { await request.waiter.deliver(); }
    if (request.waiter.outcome === undefined) { await request.waiter.poll(); }
    if (request.waiter.outcome === undefined) {
      due.set(request, at + pollSeconds);
    } else {
      request.answeredAt = seconds();
      due.delete(request);
    }
  }
  return { world, requests, seconds: seconds() };
}
