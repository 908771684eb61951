import type { Properties, ResourceType } from './resource-type';
import { document, record, refuseOtherMembers, text } from './values';
import { ACCOUNT, NotSupportedError, type World } from '../../core';
import { physicalName } from '../engine/names';

export const rule: ResourceType = {
  properties: { Name: 'replace', EventBusName: 'replace', EventPattern: 'update', Targets: 'update', Description: 'update', State: 'update' },
  required: ['EventPattern'],
  create(properties, { world, stack, logicalId }) {
    const name = text(properties, 'Name') ?? physicalName(stack.name, logicalId);
    put(world, name, properties);
    return { physicalId: name, attributes: { Arn: `arn:aws:events:${world.region}:${ACCOUNT}:rule/${name}` } };
  },
  update(properties, existing, { world }) {
    put(world, existing.physicalId, properties);
    return existing;
  },
  delete({ physicalId }, { world }) {
    world.events.deleteRule(physicalId);
  },
};

function put(world: World, name: string, properties: Properties): void {
  if ((properties.State ?? 'ENABLED') !== 'ENABLED') {
    throw new NotSupportedError(`rules in the state ${String(properties.State)}`);
  }
  const targets = (properties.Targets ?? []) as unknown[];
  for (const target of targets) {
    refuseOtherMembers(target, ['Arn', 'Id', 'RoleArn'], 'a target of a rule');
  }
  world.events.putRule(name, {
    eventBus: (text(properties, 'EventBusName') ?? 'default').replace(/^.*event-bus\//, ''),
    pattern: document(properties.EventPattern),
    targets: targets.map(target => String(record(target).Arn)),
  });
}
