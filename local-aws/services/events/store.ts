import { NotSupportedError } from '../../core';
import { checkLength, checkQuota } from '../../quotas';
import type { EventRecord } from '../../wire';
import type { World } from '../../world';

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] };

interface Rule {
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

  public putRule(name: string, rule: Rule): void {
    checkLength('eventsRuleName', 'name', name);
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

function checkPattern(pattern: Pattern): void {
  for (const value of Object.values(pattern)) {
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
