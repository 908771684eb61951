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
  readonly retryAttempts: number;
}

/** AWS documents that the intervals grow, and not how long they are. */
const RETRY_MS = 60_000;

/**
 * Schedules that start state machines, the first time when they are created.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
 */
export class ScheduleStore {
  /** those that are enabled */
  private readonly schedules = new Map<string, Schedule>();
  private readonly names = new Set<string>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'iam' | 'states' | 'profile'>) {}

  /** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html: not under a name that is taken. */
  public async create(name: string, schedule: Schedule | undefined): Promise<void> {
    if (this.names.has(name)) { throw new ServiceError('ConflictException', `Schedule ${name} already exists.`, 409); }
    this.names.add(name);
    try {
      await this.put(name, schedule, true);
    } catch (error) {
      this.names.delete(name);
      throw error;
    }
  }

  /**
   * Refuses a role that the service cannot assume.
   * https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
   * @param schedule undefined: disabled
   * @param atOnce whether a schedule that is changed begins anew is not documented
   */
  public async put(name: string, schedule: Schedule | undefined, atOnce = this.world.profile.restartsChangedRates): Promise<void> {
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
    void this.repeat(name, schedule, atOnce);
  }

  public delete(name: string): void {
    this.schedules.delete(name);
    this.names.delete(name);
  }

  private async repeat(name: string, schedule: Schedule, atOnce: boolean): Promise<void> {
    const { clock } = this.world;
    for (let next = clock.now() + (atOnce ? 0 : schedule.intervalMs); ; next += schedule.intervalMs) {
      await clock.sleep(next - clock.now());
      await this.startWithRetries(name, schedule);
      if (this.schedules.get(name) !== schedule) { return; }
    }
  }

  /** Until the target has started, as often as the schedule says, and while it exists. */
  private async startWithRetries(name: string, schedule: Schedule): Promise<void> {
    for (let attempt = 0; this.schedules.get(name) === schedule; attempt++) {
      try {
        return await this.start(schedule);
      } catch (error) {
        if (attempt === schedule.retryAttempts) { return console.error(`the schedule ${name} could not start its target:`, error); }
        await this.world.clock.sleep(RETRY_MS);
      }
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
