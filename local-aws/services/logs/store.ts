import { ServiceError, found } from '../../core';
import { checkLength } from '../../quotas';
import type { World } from '../../world';

interface LogEvent {
  readonly stream: string;
  readonly time: number;
  readonly line: string;
}

/** Log groups and their events. */
export class LogStore {
  private readonly groups = new Map<string, LogEvent[]>();

  constructor(private readonly world: Pick<World, 'clock'>) {}

  public createLogGroup(name: string): void {
    checkLength('logGroupName', 'logGroupName', name);
    if (this.groups.has(name)) { throw new ServiceError('ResourceAlreadyExistsException', 'The specified log group already exists'); }
    this.groups.set(name, []);
  }

  public deleteLogGroup(name: string): void {
    this.events(name);
    this.groups.delete(name);
  }

  public hasLogGroup(name: string): boolean {
    return this.groups.has(name);
  }

  public append(logGroup: string, stream: string, line: string): void {
    this.events(logGroup).push({ stream, time: this.world.clock.now(), line });
  }

  public lines(logGroup: string): string[] {
    return this.events(logGroup).map(({ line }) => line);
  }

  public events(logGroup: string): LogEvent[] {
    return found(this.groups.get(logGroup), () => new ServiceError('ResourceNotFoundException', `The specified log group does not exist: ${logGroup}`));
  }
}
