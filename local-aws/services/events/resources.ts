import { eventBusName } from './store';
import { physicalName, document, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError } from '../../core';
import type { World } from '../../world';

export const eventsResources: ResourceTypes = {
  'AWS::Events::Rule': {
    properties: ['Name', 'EventBusName', 'EventPattern', 'Targets', 'Description', 'State'],
    create(properties, context) {
      const name = text(properties, 'Name') ?? physicalName(context);
      put(context.world, name, properties);
      return { physicalId: name, attributes: { Arn: `arn:aws:events:${context.world.region}:${ACCOUNT}:rule/${name}` } };
    },
    update(properties, existing, { world }) {
      put(world, existing.physicalId, properties);
    },
    delete({ physicalId }, { world }) {
      world.events.deleteRule(physicalId);
    },
  },
};

function put({ events }: World, name: string, properties: Properties): void {
  if ((properties.State ?? 'ENABLED') !== 'ENABLED') { throw new NotSupportedError(`rules in the state ${String(properties.State)}`); }
  const targets = (properties.Targets ?? []) as unknown[];
  for (const target of targets) { refuseOtherMembers(target, ['Arn', 'Id', 'RoleArn'], 'a target of a rule'); }
  events.putRule(name, {
    eventBus: eventBusName(text(properties, 'EventBusName')),
    pattern: document(properties.EventPattern),
    targets: targets.map(target => String(record(target).Arn)),
  });
}
