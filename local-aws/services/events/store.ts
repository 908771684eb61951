import { NotSupportedError, ServiceError } from '../../core';
import { checkLength, checkQuota } from '../../quotas';
import type { EventRecord } from '../../wire';
import type { World } from '../../world';

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] };

export interface Rule {
  readonly eventBus: string;
  readonly pattern: object;
  readonly targets: readonly string[];
}

/** The events that were put on event buses, each as often as it is delivered to the targets of the rules that it matched. No target gets it. */
export class EventStore {
  /** in the order of delivery */
  public readonly events: EventRecord[] = [];
  private count = 0;
  private readonly rules = new Map<string, Rule>();

  constructor(private readonly world: Pick<World, 'clock' | 'profile'>) {}

  /** CloudFormation does not take over a rule. */
  public createRule(name: string, rule: Rule): void {
    if (this.rules.has(name)) { throw new ServiceError('AlreadyExists', `The rule ${name} already exists`, 409); }
    this.putRule(name, rule);
  }

  public putRule(name: string, rule: Rule): void {
    checkLength('eventsRuleName', 'name', name);
    // https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
    if (!/^[.\-_A-Za-z0-9]+$/.test(name)) { throw new ServiceError('ValidationException', `Value '${name}' at 'name' must match [.\\-_A-Za-z0-9]+`); }
    checkQuota('eventsTargets', rule.targets.length, () => 'The requested resource exceeds the maximum number allowed.');
    checkPattern(rule.pattern as Pattern);
    this.rules.set(name, rule);
  }

  public deleteRule(name: string): void {
    this.rules.delete(name);
  }

  public put(event: Omit<EventRecord, 'deliveredTo'>): void {
    const envelope = { 'source': event.source, 'detail-type': event.detailType, 'detail': event.detail };
    const deliveredTo = [...this.rules.values()]
      .filter(({ eventBus, pattern }) => eventBus === event.eventBus && matches(pattern as Pattern, envelope))
      .flatMap(({ targets }) => targets);
    const { clock, profile: { eventsDeliveredAfterSeconds } } = this.world;
    for (const seconds of eventsDeliveredAfterSeconds[this.count++ % eventsDeliveredAfterSeconds.length]) {
      const deliver = () => { this.events.push({ ...event, deliveredTo }); };
      if (seconds === 0) {
        deliver();
      } else {
        void clock.sleep(seconds * 1000).then(deliver);
      }
    }
  }
}

/** The name in the ARN of an event bus, or the name itself. */
export function eventBusName(nameOrArn = 'default'): string {
  return nameOrArn.replace(/^.*event-bus\//, '');
}

/**
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
 * @see https://github.com/aws/aws-cdk/issues/36904
 */
function checkPattern(pattern: Pattern): void {
  if (Object.keys(pattern).length === 0) { throw invalidPattern('Empty objects are not allowed'); }
  for (const [name, value] of Object.entries(pattern)) {
    if (value === null || typeof value !== 'object') { throw invalidPattern(`"${name}" must be an object or an array`); }
    if (value.length === 0) { throw invalidPattern('Empty arrays are not allowed'); }
    if (!Array.isArray(value)) {
      checkPattern(value as Pattern);
    } else if (value.some(accepted => typeof accepted !== 'string')) {
      throw new NotSupportedError(`an event pattern with ${JSON.stringify(value)}`);
    }
  }
}

function matches(pattern: Pattern, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([name, accepted]) => Array.isArray(accepted)
    ? accepted.includes(event[name])
    : matches(accepted as Pattern, (event[name] ?? {}) as Record<string, unknown>));
}

function invalidPattern(reason: string): ServiceError {
  return new ServiceError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}
