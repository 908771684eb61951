import { randomUUID } from 'node:crypto';
import type { ResourceState } from './resource-state';
import type { AuthorizationRequest } from '../../core';
import type { Blueprint } from '../template/blueprint';

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

/** What a change set brings along besides the template and its parameters. */
export interface StackSettings {
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly capabilities: readonly string[];
  readonly roleArn?: string;
  /** as whom CloudFormation acts: the role, or else whoever deploys */
  readonly principal: AuthorizationRequest['principal'];
}

/** What a stack was when it was complete the last time: what a rollback brings it back to. */
export interface StableState {
  readonly blueprint: Blueprint;
  readonly settings: StackSettings;
  readonly resources: ReadonlyMap<string, ResourceState>;
  readonly imports: ReadonlySet<string>;
}

/** A stack and everything that has happened to it. */
export class Stack {
  public readonly creationTime: Date;
  public lastUpdatedTime?: Date;
  public deletionTime?: Date;
  public status = 'REVIEW_IN_PROGRESS';
  public statusReason?: string;
  /** what is deployed, or was to be */
  public blueprint?: Blueprint;
  public settings: StackSettings;
  public readonly resources = new Map<string, ResourceState>();
  public outputs: readonly StackOutput[] = [];
  /** undefined: it was never complete */
  public stable?: StableState;
  /** replaced, and to be deleted when the stack is complete again */
  public superseded: ResourceState[] = [];
  /** names of other stacks' exports in use */
  public readonly imports = new Set<string>();
  /** whether what the last operation did stays when it fails */
  public disableRollback = false;
  /** oldest first */
  public readonly events: StackEvent[] = [];
  /** ends the operation that is running */
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

  /** Its last operation failed with rollback disabled: it can go on, or be rolled back. */
  public get isPaused(): boolean {
    return this.status === 'CREATE_FAILED' || this.status === 'UPDATE_FAILED';
  }

  public setStatus(status: string, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.addEvent(this.name, this.id, 'AWS::CloudFormation::Stack', status, reason);
  }

  /** Takes it as it is now for complete. */
  public settle(blueprint: Blueprint, settings: StackSettings): void {
    this.blueprint = blueprint;
    this.settings = settings;
    this.superseded = [];
    this.stable = { blueprint, settings, resources: new Map(this.resources), imports: new Set(this.imports) };
  }

  public setImports(names: Iterable<string>): void {
    this.imports.clear();
    for (const name of names) {
      this.imports.add(name);
    }
  }

  /** Sets a resource's state and tells so in the events. */
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
   * Real time, not simulated: the CDK CLI shows what happened since the change set was made, or since it began itself.
   * Never the same twice: whoever sorts events by it gets them in order.
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
