import { randomUUID } from 'crypto';
import * as client from '@aws-sdk/client-eventbridge';
import { eventBusName } from './store';
import { ACCOUNT, ServiceError, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';

interface Entry { readonly Source?: string; readonly DetailType?: string; readonly Detail?: string; readonly EventBusName?: string }

/** Source, detail type and detail of an entry: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MAX_ENTRY_BYTES = 262_144;

export const eventsApi: Api = new JsonApi('events', client, {
  PutEvents: async ({ parameters, authorize }, { events, region, clock }) => {
    const { Entries } = parameters as { Entries: Entry[] };
    for (const { Source, DetailType, Detail, EventBusName } of Entries) {
      const eventBus = eventBusName(EventBusName);
      await authorize(`arn:aws:events:${region}:${ACCOUNT}:event-bus/${eventBus}`, {
        context: { 'events:source': Source ?? '', 'events:detail-type': DetailType ?? '' },
      });
      if (!Source || !DetailType || !Detail || Source.startsWith('aws.')) {
        throw new ServiceError('ValidationException', 'Parameter Source, DetailType or Detail is not valid');
      }
      if (Buffer.byteLength(`${Source}${DetailType}${Detail}`) > MAX_ENTRY_BYTES) {
        throw new ServiceError('ValidationException', 'Total size of the entries in the request is over the limit.');
      }
      events.put({ time: new Date(clock.now()).toISOString(), eventBus, source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
    }
    return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
  },
});
