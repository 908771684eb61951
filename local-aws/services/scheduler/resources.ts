import type { Schedule } from './store';
import { physicalName, record, refuseOtherMembers, text, type Properties, type ResourceTypes } from '../../cloudformation/resource-type';
import { ACCOUNT, NotSupportedError, ServiceError } from '../../core';

const MILLISECONDS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

export const schedulerResources: ResourceTypes = {
  'AWS::Scheduler::Schedule': {
    properties: ['Name', 'ScheduleExpression', 'ScheduleExpressionTimezone', 'FlexibleTimeWindow', 'State', 'Description', 'Target'],
    async create(properties, context) {
      const name = text(properties, 'Name') ?? physicalName(context);
      await context.world.scheduler.create(name, enabled(properties));
      return { physicalId: name, attributes: { Arn: `arn:aws:scheduler:${context.world.region}:${ACCOUNT}:schedule/default/${name}` } };
    },
    async update(properties, existing, { world }) {
      await world.scheduler.put(existing.physicalId, enabled(properties));
    },
    delete({ physicalId }, { world }) {
      world.scheduler.delete(physicalId);
    },
  },
};

function enabled(properties: Properties): Schedule | undefined {
  checkTimes(properties);
  const parsed = parse(properties);
  return properties.State === 'DISABLED' ? undefined : parsed;
}

/**
 * These have no effect here.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
 * @see https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
 */
function checkTimes({ FlexibleTimeWindow, ScheduleExpressionTimezone: zone, Target }: Properties): void {
  const { Mode, MaximumWindowInMinutes: minutes } = record(FlexibleTimeWindow);
  if ((Mode === 'FLEXIBLE') !== (minutes !== undefined)) { throw invalid('A flexible time window needs MaximumWindowInMinutes, another must not have it.'); }
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = record(record(Target).RetryPolicy);
  checkRange('MaximumWindowInMinutes', minutes, 1, 1440);
  checkRange('MaximumRetryAttempts', MaximumRetryAttempts, 0, 185);
  checkRange('MaximumEventAgeInSeconds', MaximumEventAgeInSeconds, 60, 86_400);
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(zone ?? 'UTC') });
  } catch {
    throw invalid(`Invalid ScheduleExpressionTimezone ${String(zone)}`);
  }
}

function checkRange(name: string, value: unknown, least: number, most: number): void {
  if (value !== undefined && !(Number(value) >= least && Number(value) <= most)) { throw invalid(`${name} must be from ${least} to ${most}`); }
}

function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message);
}

function parse({ ScheduleExpression, Target }: Properties): Schedule {
  refuseOtherMembers(Target, ['Arn', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig', 'Input'], 'the target of a schedule');
  const { Arn: target, RoleArn: roleArn, Input: input = '{}' } = record(Target) as Record<string, string>;
  if (!target.includes(':stateMachine:')) { throw new NotSupportedError(`a schedule that starts ${target}`); }
  const [, count, unit] = /^rate\(([1-9]\d*) (minute|hour|day)s?\)$/.exec(String(ScheduleExpression)) ?? [];
  if (count === undefined) { throw new NotSupportedError(`the schedule expression ${String(ScheduleExpression)}`); }
  const { MaximumRetryAttempts: retryAttempts = 185 } = record(record(Target).RetryPolicy);
  return { intervalMs: Number(count) * MILLISECONDS[unit], target, roleArn, input, retryAttempts: Number(retryAttempts) };
}
