import type { StackStatusReader } from '../../lambda/stack-status';

/** The stack's status, as CloudFormation tells it. */
export class FakeStack {
  public status = 'CREATE_IN_PROGRESS';
  /** Each read takes the next one; an undefined one is a read that works. */
  public readonly faults: (Error | undefined)[] = [];
  /** For faults that do not stop. */
  public alwaysFault: Error | undefined;
  public reads = 0;

  public readonly read: StackStatusReader = async () => {
    this.reads++;
    const fault = this.faults.length > 0 ? this.faults.shift() : this.alwaysFault;
    if (fault !== undefined) { throw fault; }
    return this.status;
  };
}
