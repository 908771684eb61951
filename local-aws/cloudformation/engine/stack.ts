import { randomUUID } from 'crypto';
import type { Principal } from '../../services/iam/authorization';
import type { Blueprint } from '../template/blueprint';
import type { DeletionPolicy } from '../template/template';

/** A resource of a stack. A change replaces the object, so that the state before an update remains. */
export interface ResourceState {
  readonly logicalId: string;
  readonly type: string;
  /** undefined: nothing was created */
  readonly physicalId?: string;
  /** resolved */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly dependencies: readonly string[];
  readonly deletionPolicy: DeletionPolicy;
  readonly updateReplacePolicy: DeletionPolicy;
  readonly status: string;
  readonly statusReason?: string;
  /** An update failed and may have changed anything: even with the same properties the resource is not the same. */
  readonly uncertain?: boolean;
  readonly timestamp: Date;
}

export interface StackEvent {
  readonly EventId: string;
  readonly StackId: string;
  readonly StackName: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
  readonly Timestamp: Date;
  readonly ResourceStatus: string;
  readonly ResourceStatusReason?: string;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** What a change set contains besides the template and its parameters. */
export interface StackSettings {
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly capabilities: readonly string[];
  readonly roleArn?: string;
  /** CloudFormation acts as this: the role, or else the caller */
  readonly principal: Principal;
}

/** A stack when it was last complete, to which a rollback returns it. */
export interface StableState {
  readonly blueprint: Blueprint;
  readonly settings: StackSettings;
  readonly resources: ReadonlyMap<string, ResourceState>;
  readonly imports: ReadonlySet<string>;
}

/** A stack and its history. */
export class Stack {
  public readonly creationTime: Date;
  public lastUpdatedTime?: Date;
  public deletionTime?: Date;
  public status = 'REVIEW_IN_PROGRESS';
  public statusReason?: string;
  /** what is deployed, or failed to be */
  public blueprint?: Blueprint;
  public settings: StackSettings;
  public readonly resources = new Map<string, ResourceState>();
  public outputs: readonly StackOutput[] = [];
  /** undefined: it was never complete */
  public stable?: StableState;
  /** replaced, to be deleted once the stack is complete again */
  public superseded: ResourceState[] = [];
  /** the names of the exports that it imports */
  public readonly imports = new Set<string>();
  /** Whether a failure of the last operation is kept. */
  public disableRollback = false;
  /** oldest first */
  public readonly events: StackEvent[] = [];
  /** Cancels the running operation. */
  public cancel?: () => void;
  public terminationProtection = false;
  private lastTick = 0;

  constructor(public readonly id: string, public readonly name: string, settings: StackSettings) {
    this.settings = settings;
    this.creationTime = this.now();
  }

  public get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  public get isBusy(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && this.status !== 'REVIEW_IN_PROGRESS';
  }

  /** The last operation failed with rollback disabled: the stack can be updated or rolled back. */
  public get isPaused(): boolean {
    return this.status === 'CREATE_FAILED' || this.status === 'UPDATE_FAILED';
  }

  public setStatus(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.addEvent(this.name, this.id, 'AWS::CloudFormation::Stack', status, reason);
  }

  /** Makes the current state the stable one. */
  public settle(blueprint: Blueprint, settings: StackSettings): void {
    this.blueprint = blueprint;
    this.settings = settings;
    this.superseded = [];
    this.stable = { blueprint, settings, resources: new Map(this.resources), imports: new Set(this.imports) };
  }

  public setImports(names: Iterable<string>): void {
    this.imports.clear();
    for (const name of names) { this.imports.add(name); }
  }

  /** Removes resources, and returns their states. */
  public takeOut(isTaken: (state: ResourceState) => boolean): ResourceState[] {
    const taken = [...this.resources.values()].filter(isTaken);
    taken.forEach(({ logicalId }) => this.resources.delete(logicalId));
    return taken;
  }

  /** Sets a resource's state and adds an event. */
  public setResource(state: Omit<ResourceState, 'timestamp'>): ResourceState {
    const stamped = { ...state, timestamp: this.now() };
    this.resources.set(state.logicalId, stamped);
    this.addResourceEvent(stamped);
    return stamped;
  }

  public addResourceEvent({ logicalId, physicalId, type, status, statusReason }: Omit<ResourceState, 'timestamp'>): void {
    this.addEvent(logicalId, physicalId ?? '', type, status, statusReason);
  }

  /**
   * Real time, not simulated: the CDK CLI shows the events since its start or since the creation of the change set.
   * No time occurs twice, so that events can be sorted by it.
   */
  public now(): Date {
    this.lastTick = Math.max(Date.now(), this.lastTick + 1);
    return new Date(this.lastTick);
  }

  private addEvent(logicalId: string, physicalId: string, type: string, status: string, reason?: string): void {
    this.events.push({
      EventId: `${logicalId}-${status}-${randomUUID()}`,
      StackId: this.id,
      StackName: this.name,
      LogicalResourceId: logicalId,
      PhysicalResourceId: physicalId,
      ResourceType: type,
      Timestamp: this.now(),
      ResourceStatus: status,
      ResourceStatusReason: reason,
    });
  }
}
