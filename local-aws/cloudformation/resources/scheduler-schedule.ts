import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { record, refuseOtherMembers, text } from './values';
import { ACCOUNT, NotSupportedError } from '../../core';
import { physicalName } from '../engine/names';

const MILLISECONDS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

interface Running {
  ended: boolean;
}

/** By ARN: the schedules that start their targets. */
const running = new WeakMap<ResourceContext['world'], Map<string, Running>>();

/** Starts its target whenever the time has come, on the simulated clock; the first time one interval after it was created. */
export const schedule: ResourceType = {
  properties: {
    Name: 'replace',
    ScheduleExpression: 'update',
    ScheduleExpressionTimezone: 'update',
    FlexibleTimeWindow: 'update',
    State: 'update',
    Description: 'update',
    Target: 'update',
  },
  required: ['ScheduleExpression', 'FlexibleTimeWindow', 'Target'],
  create(properties, context) {
    const name = text(properties, 'Name') ?? physicalName(context.stack.name, context.logicalId, 64);
    const arn = `arn:aws:scheduler:${context.world.region}:${ACCOUNT}:schedule/default/${name}`;
    begin(arn, properties, context);
    return { physicalId: name, attributes: { Arn: arn } };
  },
  update(properties, existing, context) {
    const arn = String(existing.attributes.Arn);
    end(arn, context);
    begin(arn, properties, context);
    return existing;
  },
  delete({ attributes }, context) {
    end(String(attributes.Arn), context);
  },
};

function begin(arn: string, properties: Properties, context: ResourceContext): void {
  refuseOtherMembers(properties.Target, ['Arn', 'RoleArn', 'RetryPolicy', 'DeadLetterConfig', 'Input'], 'the target of a schedule');
  const { Arn: target, RoleArn: roleArn, Input } = record(properties.Target) as Record<string, string>;
  if (!target.includes(':stateMachine:')) {
    throw new NotSupportedError(`a schedule that starts ${target}`);
  }
  const [, count, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(String(properties.ScheduleExpression)) ?? [];
  if (count === undefined) {
    throw new NotSupportedError(`the schedule expression ${String(properties.ScheduleExpression)}`);
  }
  if (properties.State === 'DISABLED') {
    return;
  }
  const state: Running = { ended: false };
  const { world } = context;
  if (!running.has(world)) {
    running.set(world, new Map());
  }
  running.get(world)!.set(arn, state);
  void repeat(Number(count) * MILLISECONDS[unit], state, context, () => start({ target, roleArn, input: Input ?? '{}' }, context));
}

async function repeat(interval: number, state: Running, { world, stack }: ResourceContext, action: () => Promise<void>): Promise<void> {
  for (;;) {
    await world.clock.sleep(interval);
    if (state.ended) {
      return;
    }
    await action().catch((error: unknown) => console.error(`a schedule of ${stack.name} could not start its target:`, error));
  }
}

async function start(
  { target, roleArn, input }: { target: string; roleArn: string; input: string }, { world, states }: ResourceContext,
): Promise<void> {
  const { caller } = await world.iam.assumeRole({
    roleArn,
    sessionName: 'scheduler',
    principal: { service: 'scheduler.amazonaws.com' },
    context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': `arn:aws:scheduler:${world.region}:${ACCOUNT}:schedule-group/default` },
  });
  await world.iam.authorize({ principal: { roleArn, sessionArn: caller.arn }, action: 'states:StartExecution', resource: target });
  states.startExecution(target, input);
}

function end(arn: string, { world }: ResourceContext): void {
  const state = running.get(world)?.get(arn);
  if (state) {
    state.ended = true;
  }
}
