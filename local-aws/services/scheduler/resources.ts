import type { Schedule } from './store';
import { physicalName, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError } from '../../core';
import type { World } from '../../world';

const MILLISECONDS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export const schedulerResources: ResourceTypes = {
  'AWS::Scheduler::Schedule': {
    properties: ['Name', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'FlexibleTimeWindow', 'State', 'Description', 'Target'],
    async create(properties, context) {
      const name = text(properties, 'Name') ?? physicalName(context);
      await put(context.world, name, properties);
      return { physicalId: name, attributes: { Arn: `arn:aws:scheduler:${context.world.region}:${ACCOUNT}:schedule/default/${name}` } };
    },
    async update(properties, existing, { world }) {
      await put(world, existing.physicalId, properties);
    },
    delete({ physicalId }, { world }) {
      world.scheduler.delete(physicalId);
    },
  },
};

async function put({ scheduler }: World, name: string, properties: Properties): Promise<void> {
  const parsed = parse(properties);
  if (properties.State === 'DISABLED') {
    scheduler.delete(name);
  } else {
    await scheduler.put(name, parsed);
  }
}

function parse({ ScheduleExpression, Target }: Properties): Schedule {
  refuseOtherMembers(Target, ['Arn', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig', 'Input'], 'the target of a schedule');
  const { Arn: target, RoleArn: roleArn, Input: input = '{}' } = record(Target) as Record<string, string>;
  if (!target.includes(':stateMachine:')) { throw new NotSupportedError(`a schedule that starts ${target}`); }
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(String(ScheduleExpression)) ?? [];
  if (count === undefined) { throw new NotSupportedError(`the schedule expression ${String(ScheduleExpression)}`); }
  return { intervalMs: Number(count) * MILLISECONDS[unit], target, roleArn, input };
}
