import { ACCOUNT } from '../../core';
import { checkLength } from '../../quotas';
import type { World } from '../../world';

export interface Schedule {
  readonly intervalMs: number;
  /** a state machine's ARN */
  readonly target: string;
  readonly roleArn: string;
  /** JSON */
  readonly input: string;
}

/** Schedules that start state machines, the first time one interval after they were put. */
export class ScheduleStore {
  private readonly schedules = new Map<string, Schedule>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'iam' | 'states'>) {}

  public put(name: string, schedule: Schedule): void {
    checkLength('scheduleName', 'name', name);
    this.schedules.set(name, schedule);
    void this.repeat(name, schedule);
  }

  public delete(name: string): void {
    this.schedules.delete(name);
  }

  private async repeat(name: string, schedule: Schedule): Promise<void> {
    for (;;) {
      await this.world.clock.sleep(schedule.intervalMs);
      if (this.schedules.get(name) !== schedule) { return; }
      await this.start(schedule).catch((error: unknown) => console.error(`the schedule ${name} could not start its target:`, error));
    }
  }

  private async start({ target, roleArn, input }: Schedule): Promise<void> {
    const { region, iam, states } = this.world;
    const { caller } = await iam.assumeRole({
      roleArn,
      sessionName: 'scheduler',
      principal: { service: 'scheduler.amazonaws.com' },
      context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': `arn:aws:scheduler:${region}:${ACCOUNT}:schedule-group/default` },
    });
    await iam.authorize({ principal: { roleArn, sessionArn: caller.arn }, action: 'states:StartExecution', resource: target });
    states.startExecution(target, input);
  }
}
