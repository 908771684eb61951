import type { CloudFormationApi, StackState } from '../../lambda/cloudformation-api';

/** The stack, as CloudFormation tells of it. */
export class FakeStack implements CloudFormationApi {
  public status = 'CREATE_IN_PROGRESS';
  /** When the stack's latest operation began, if that is an update. */
  public operationBegan: number | undefined;
  /** The resource's id when the stack was last complete. */
  public stableId: string | undefined;
  /** An update of the resource failed, and it is brought back. */
  public broughtBack = false;
  /** Each call takes the next one; undefined: the call works. */
  public readonly faults: (Error | undefined)[] = [];
  /** The fault of all further calls. */
  public alwaysFault: Error | undefined;
  /** CloudFormation refuses to tell of the stack's events. */
  public noEvents = false;
  public reads = 0;

  public async stackState(): Promise<StackState> {
    this.call();
    return { status: this.status, ...this.operationBegan !== undefined && { updatedAt: this.operationBegan } };
  }

  public async operationStartedAt(): Promise<number | undefined> {
    this.call();
    return this.operationBegan;
  }

  public async lastStablePhysicalId(): Promise<string | undefined> {
    this.call();
    if (this.noEvents) { throw Object.assign(new Error('not authorized to perform: cloudformation:DescribeStackEvents'), { name: 'AccessDenied' }); }
    return this.stableId;
  }

  public async hasFailed(): Promise<boolean> {
    this.call();
    return this.broughtBack;
  }

  private call(): void {
    this.reads++;
    const fault = this.faults.length > 0 ? this.faults.shift() : this.alwaysFault;
    if (fault !== undefined) { throw fault; }
  }
}
