import { ACCOUNT } from '../../core';
import type { World } from '../../world';

/** Writes a process's lines to its log group. Without the permission of the function's role they are lost, as in AWS. */
export class LogWriter {
  private permitted?: Promise<boolean>;
  private queue = Promise.resolve();

  constructor(
    private readonly world: Pick<World, 'region' | 'iam' | 'logs'>,
    private readonly roleArn: string,
    private readonly logGroup: string,
    private readonly stream: string,
  ) {}

  public write(line: string): void {
    this.queue = this.queue.then(async () => {
      this.permitted ??= this.prepare();
      if (await this.permitted && this.world.logs.hasLogGroup(this.logGroup)) { this.world.logs.append(this.logGroup, this.stream, line); }
    });
  }

  private async prepare(): Promise<boolean> {
    const { region, logs } = this.world;
    const group = `arn:aws:logs:${region}:${ACCOUNT}:log-group:${this.logGroup}`;
    const stream = `${group}:log-stream:${this.stream}`;
    if (!logs.hasLogGroup(this.logGroup)) {
      if (!await this.may('logs:CreateLogGroup', group)) { return false; }
      // meanwhile another process may have created it
      if (!logs.hasLogGroup(this.logGroup)) { logs.createLogGroup(this.logGroup); }
    }
    return await this.may('logs:CreateLogStream', stream) && await this.may('logs:PutLogEvents', stream);
  }

  private may(action: string, resource: string): Promise<boolean> {
    return this.world.iam.isAllowed({ principal: { roleArn: this.roleArn }, action, resource });
  }
}
