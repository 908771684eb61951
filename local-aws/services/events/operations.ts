import { randomUUID } from 'crypto';
import * as client from '@aws-sdk/client-eventbridge';
import { eventBusName } from './store';
import { ACCOUNT, ServiceError, type Api } from '../../core';
import { JsonApi } from '../../protocols/json';
import { checkLength, checkQuota, sizeOf } from '../../quotas';

interface Entry { readonly Source?: string; readonly DetailType?: string; readonly Detail?: string; readonly EventBusName?: string }

export const eventsApi: Api = new JsonApi('events', client, {
  PutEvents: async ({ parameters, authorize }, { events, region, clock }) => {
    const { Entries } = parameters as { Entries: Entry[] };
    checkLength('eventsEntries', 'entries', Entries);
    const texts = Entries.flatMap(({ Source = '', DetailType = '', Detail = '' }) => [Source, DetailType, Detail]);
    checkQuota('eventsEntriesSize', sizeOf('eventsEntriesSize', texts.join('')), () => 'Total size of the entries in the request is over the limit.');
    for (const { Source, DetailType, Detail, EventBusName } of Entries) {
      const eventBus = eventBusName(EventBusName);
      await authorize(`arn:aws:events:${region}:${ACCOUNT}:event-bus/${eventBus}`, {
        context: { 'events:source': Source ?? '', 'events:detail-type': DetailType ?? '' },
      });
      if (!Source || !DetailType || !Detail || Source.startsWith('aws.')) {
        throw new ServiceError('ValidationException', 'Parameter Source, DetailType or Detail is not valid');
      }
      events.put({ time: new Date(clock.now()).toISOString(), eventBus, source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
    }
    return { FailedEntryCount: 0, Entries: Entries.map(() => ({ EventId: randomUUID() })) };
  },
});
