import { randomUUID } from 'node:crypto';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Clock, type EventRules, type Iam, type Service } from '../../core';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../../protocols/json';
import type { EventRecord } from '../../wire';
import { principalOf } from '../iam/principal';

type Pattern = { readonly [name: string]: Pattern | readonly unknown[] };

interface Rule {
  readonly eventBus: string;
  readonly pattern: Pattern;
  readonly targets: readonly string[];
}

/** Event buses: which events were put, and which rules they matched. Nothing is delivered. */
export class EventStore implements EventRules {
  public readonly events: EventRecord[] = [];
  private readonly rules = new Map<string, Rule>();

  public putRule(name: string, rule: { eventBus: string; pattern: object; targets: string[] }): void {
    checkPattern(rule.pattern as Pattern);
    this.rules.set(name, rule as Rule);
  }

  public deleteRule(name: string): void {
    this.rules.delete(name);
  }

  public put(event: Omit<EventRecord, 'deliveredTo'>): void {
    const envelope = { 'source': event.source, 'detail-type': event.detailType, 'detail': event.detail };
    const deliveredTo = [...this.rules.values()]
      .filter(({ eventBus, pattern }) => eventBus === event.eventBus && matches(pattern, envelope))
      .flatMap(({ targets }) => targets);
    this.events.push({ ...event, deliveredTo });
  }
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

interface Entry { readonly Source?: string; readonly DetailType?: string; readonly Detail?: string; readonly EventBusName?: string }

/** Source, detail type and detail of an entry: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MAX_ENTRY_BYTES = 262_144;

/** The Amazon EventBridge API as far as putting events goes. */
export class EventsService implements Service {
  public readonly signingName = 'events';

  constructor(private readonly store: EventStore, private readonly iam: Iam, private readonly clock: Clock, private readonly region: string) {}

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    if (operation !== 'PutEvents') {
      throw new NotSupportedError(`events ${operation}`);
    }
    const { Entries } = jsonParameters(request) as { Entries: Entry[] };
    for (const entry of Entries) {
      const eventBus = (entry.EventBusName ?? 'default').replace(/^.*event-bus\//, '');
      await this.iam.authorize({
        principal: principalOf(request.caller),
        action: 'events:PutEvents',
        resource: `arn:aws:events:${this.region}:${ACCOUNT}:event-bus/${eventBus}`,
        context: { 'events:source': entry.Source ?? '', 'events:detail-type': entry.DetailType ?? '' },
      });
      if (!entry.Source || !entry.DetailType || !entry.Detail || entry.Source.startsWith('aws.')) {
        throw new ServiceError('ValidationException', 'Parameter Source, DetailType or Detail is not valid');
      }
      if (Buffer.byteLength(`${entry.Source}${entry.DetailType}${entry.Detail}`) > MAX_ENTRY_BYTES) {
        throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
      }
      this.store.put({
        time: new Date(this.clock.now()).toISOString(),
        eventBus,
        source: entry.Source,
        detailType: entry.DetailType,
        detail: JSON.parse(entry.Detail) as Record<string, unknown>,
      });
    }
    return jsonResponse({ FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) });
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }
}
