import { physicalName, text, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT } from '../../core';

export const logsResources: ResourceTypes = {
  'AWS::Logs::LogGroup': {
    properties: ['LogGroupName', 'RetentionInDays', 'LogGroupClass', 'Tags'],
    create(properties, context) {
      const name = text(properties, 'LogGroupName') ?? physicalName(context, 512);
      context.world.logs.createLogGroup(name);
      return { physicalId: name, attributes: { Arn: `arn:aws:logs:${context.world.region}:${ACCOUNT}:log-group:${name}:*` } };
    },
    update(_properties, existing, { world }) {
      world.logs.events(existing.physicalId); // throws if it is gone
    },
    delete({ physicalId }, { world }) {
      world.logs.deleteLogGroup(physicalId);
    },
  },
};
