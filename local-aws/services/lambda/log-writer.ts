import { ACCOUNT, type World } from '../../core';

/** Brings a process's lines to its log group, as far as the function's role may write there; otherwise they are lost, as in AWS. */
export class LogWriter {
  private permitted?: Promise<boolean>;
  private queue = Promise.resolve();

  constructor(private readonly world: World, private readonly roleArn: string, private readonly logGroup: string, private readonly stream: string) {}

  public write(line: string): void {
    this.queue = this.queue.then(async () => {
      this.permitted ??= this.prepare();
      if (await this.permitted && this.world.logs.hasLogGroup(this.logGroup)) {
        this.world.logs.append(this.logGroup, this.stream, line);
      }
    });
  }

  private async prepare(): Promise<boolean> {
    const group = `arn:aws:logs:${this.world.region}:${ACCOUNT}:log-group:${this.logGroup}`;
    const stream = `${group}:log-stream:${this.stream}`;
    if (!this.world.logs.hasLogGroup(this.logGroup)) {
      if (!await this.may('logs:CreateLogGroup', group)) {
        return false;
      }
      // another process of the function may have made it meanwhile
      if (!this.world.logs.hasLogGroup(this.logGroup)) { this.world.logs.createLogGroup(this.logGroup); }
    }
    return await this.may('logs:CreateLogStream', stream) && await this.may('logs:PutLogEvents', stream);
  }

  private may(action: string, resource: string): Promise<boolean> {
    return this.world.iam.isAllowed({ principal: { roleArn: this.roleArn }, action, resource });
  }
}
