import type { Properties, ResourceType } from './resource-type';
import { text } from './values';
import { ACCOUNT } from '../../core';
import { physicalName } from '../engine/names';

export const logGroup: ResourceType = {
  properties: { LogGroupName: 'replace', RetentionInDays: 'update', LogGroupClass: 'update', Tags: 'update' },
  create(properties, { world, stack, logicalId }) {
    const name = text(properties, 'LogGroupName') ?? physicalName(stack.name, logicalId, 512);
    world.logs.createLogGroup(name, retention(properties));
    return { physicalId: name, attributes: { Arn: `arn:aws:logs:${world.region}:${ACCOUNT}:log-group:${name}:*` } };
  },
  update(properties, existing, { world }) {
    world.logs.updateLogGroup(existing.physicalId, retention(properties));
    return existing;
  },
  delete({ physicalId }, { world }) {
    world.logs.deleteLogGroup(physicalId);
  },
};

function retention({ RetentionInDays }: Properties): number | undefined {
  return RetentionInDays === undefined ? undefined : Number(RetentionInDays);
}
