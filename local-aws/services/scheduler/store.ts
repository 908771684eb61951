import { ACCOUNT, ServiceError } from '../../core';
import { checkLength } from '../../quotas';
import type { World } from '../../world';
import type { Credentials } from '../iam/credentials';

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
  /** those that are enabled */
  private readonly schedules = new Map<string, Schedule>();
  private readonly names = new Set<string>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'iam' | 'states'>) {}

  /** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html: not under a name that is taken. */
  public async create(name: string, schedule: Schedule | undefined): Promise<void> {
    if (this.names.has(name)) { throw new ServiceError('ConflictException', `Schedule ${name} already exists.`, 409); }
    this.names.add(name);
    try {
      await this.put(name, schedule);
    } catch (error) {
      this.names.delete(name);
      throw error;
    }
  }

  /**
   * Refuses a role that the service cannot assume.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
   * @param schedule undefined: disabled
   */
  public async put(name: string, schedule: Schedule | undefined): Promise<void> {
    checkLength('scheduleName', 'name', name);
    if (!/^[0-9a-zA-Z-_.]+$/.test(name)) { throw new ServiceError('ValidationException', `Value '${name}' at 'name' must match [0-9a-zA-Z-_.]+`); }
    if (!schedule) {
      this.schedules.delete(name);
      return;
    }
    try {
      await this.session(schedule.roleArn);
    } catch {
      throw new ServiceError('ValidationException', 'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.');
    }
    this.schedules.set(name, schedule);
    void this.repeat(name, schedule);
  }

  public delete(name: string): void {
    this.schedules.delete(name);
    this.names.delete(name);
  }

  private async repeat(name: string, schedule: Schedule): Promise<void> {
    for (;;) {
      await this.world.clock.sleep(schedule.intervalMs);
      if (this.schedules.get(name) !== schedule) { return; }
      await this.start(schedule).catch((error: unknown) => console.error(`the schedule ${name} could not start its target:`, error));
    }
  }

  private async start({ target, roleArn, input }: Schedule): Promise<void> {
    const { iam, states } = this.world;
    const { caller } = await this.session(roleArn);
    await iam.authorize({ principal: { roleArn, sessionArn: caller.arn }, action: 'states:StartExecution', resource: target });
    states.startExecution(target, input);
  }

  private session(roleArn: string): Promise<Credentials> {
    const { region, iam } = this.world;
    return iam.assumeRole({
      roleArn,
      sessionName: 'scheduler',
      principal: { service: 'scheduler.amazonaws.com' },
      context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': `arn:aws:scheduler:${region}:${ACCOUNT}:schedule-group/default` },
    });
  }
}
