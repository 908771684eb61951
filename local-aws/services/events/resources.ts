import { eventBusName, type Rule } from './store';
import { physicalName, document, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError, ServiceError } from '../../core';

export const eventsResources: ResourceTypes = {
  'AWS::Events::Rule': {
    properties: ['Name', 'EventBusName', 'EventPattern', 'Targets', 'Description', 'State'],
    create(properties, context) {
      const name = text(properties, 'Name') ?? physicalName(context);
      context.world.events.createRule(name, rule(properties));
      return { physicalId: name, attributes: { Arn: `arn:aws:events:${context.world.region}:${ACCOUNT}:rule/${name}` } };
    },
    update(properties, existing, { world }) {
      world.events.putRule(existing.physicalId, rule(properties));
    },
    delete({ physicalId }, { world }) {
      world.events.deleteRule(physicalId);
    },
  },
};

function rule(properties: Properties): Rule {
  if ((properties.State ?? 'ENABLED') !== 'ENABLED') { throw new NotSupportedError(`rules in the state ${String(properties.State)}`); }
  if (properties.EventPattern === undefined) { throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.'); }
  return {
    eventBus: eventBusName(text(properties, 'EventBusName')),
    pattern: document(properties.EventPattern),
    targets: targets((properties.Targets ?? []) as unknown[]),
  };
}

/**
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Target.html
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
 */
function targets(all: unknown[]): string[] {
  if (new Set(all.map(target => record(target).Id)).size < all.length) { throw invalid('The IDs of targets must be unique.'); }
  return all.map(target => {
    refuseOtherMembers(target, ['Arn', 'Id', 'RoleArn'], 'a target of a rule');
    const { Arn, RoleArn } = record(target);
    const arn = String(Arn);
    if (!arn.startsWith('arn:')) { throw invalid(`Parameter ${arn} is not valid. Reason: Provided Arn is not in correct format.`); }
    if (arn.includes(':stateMachine:') && RoleArn === undefined) { throw invalid(`RoleArn is required for target ${arn}.`); }
    return arn;
  });
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}
