import { randomUUID } from 'crypto';
import { ACCOUNT, NotSupportedError, found } from '../core';
import { checkLength } from '../quotas';
import type { CustomResourceExchange } from '../wire';
import type { World } from '../world';
import { CustomResources, isCustomResource } from './custom-resource/custom-resources';
import { hasChanges, NO_CHANGES, plannedChanges, retypedResources, type ChangeSet } from './engine/change-set';
import { deleteStack, type Kept } from './engine/delete-stack';
import { Deployment } from './engine/deployment';
import { Exports } from './engine/exports';
import { Provisioner } from './engine/provisioner';
import { rollBack } from './engine/rollback';
import { Stack, type StackSettings } from './engine/stack';
import { StackOutputs, type OtherStacks } from './engine/stack-outputs';
import { ResourceSpecification } from './resource-specification';
import type { ResourceType } from './resource-type';
import { RULES } from './rules';
import { Blueprint } from './template/blueprint';
import { givenParameters } from './template/parameters';
import { invalid, parseTemplate } from './template/template';

export interface ChangeSetRequest {
  readonly stackName: string;
  readonly changeSetName: string;
  readonly type: 'CREATE' | 'UPDATE';
  /** undefined: the deployed template */
  readonly templateText?: string;
  /** undefined values: the previous ones */
  readonly parameters: ReadonlyMap<string, string | undefined>;
  readonly settings: StackSettings;
  readonly description?: string;
}

type Acting = Pick<StackSettings, 'roleArn' | 'principal'>;

const UPDATABLE = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'REVIEW_IN_PROGRESS', 'CREATE_FAILED', 'UPDATE_FAILED'];

/** All stacks, and the operations on them, which run in the background. */
export class StackStore {
  private readonly byId = new Map<string, Stack>();
  private readonly changeSetsOf = new Map<Stack, Map<string, ChangeSet>>();
  private readonly operations = new Map<Stack, Promise<void>>();
  private readonly others: OtherStacks;
  private readonly customResources: CustomResources;

  constructor(private readonly world: World) {
    this.customResources = new CustomResources(world);
    this.others = { exports: new Exports(() => this.byId.values()), outputs: new StackOutputs(name => this.find(name), world) };
  }

  /** Every request to a custom resource with the responses to it, in order. */
  public get customResourceExchanges(): readonly CustomResourceExchange[] {
    return this.customResources.exchanges;
  }

  /** By name, unless it is deleted, or by ID. */
  public find(nameOrId: string): Stack | undefined {
    return this.byId.get(nameOrId) ?? [...this.byId.values()].find(stack => stack.name === nameOrId && !stack.isDeleted);
  }

  public get(nameOrId: string): Stack {
    return found(this.find(nameOrId), () => invalid(`Stack with id ${nameOrId} does not exist`));
  }

  public all(): Stack[] {
    return [...this.byId.values()];
  }

  public changeSet(stack: Stack, name: string): ChangeSet | undefined {
    return this.changeSetsOf.get(stack)?.get(name);
  }

  public changeSetById(id: string): { stack: Stack; changeSet: ChangeSet } | undefined {
    for (const [stack, changeSets] of this.changeSetsOf) {
      const changeSet = [...changeSets.values()].find(candidate => candidate.id === id);
      if (changeSet) { return { stack, changeSet }; }
    }
    return undefined;
  }

  public deleteChangeSet(stack: Stack, { name }: ChangeSet): void {
    this.changeSetsOf.get(stack)?.delete(name);
  }

  public createChangeSet(request: ChangeSetRequest): { stack: Stack; changeSet: ChangeSet } {
    const { stackName, type, settings } = request;
    checkLength('stackName', 'stackName', stackName);
    checkLength('stackTags', 'tags', settings.tags);
    const existing = this.find(stackName);
    if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS') {
      throw invalid(`Stack [${stackName}] already exists and cannot be created again with the changeSet [${request.changeSetName}].`);
    }
    if (type === 'UPDATE' && !existing) { throw invalid(`Stack [${stackName}] does not exist`); }
    if (existing && !UPDATABLE.includes(existing.status)) {
      throw invalid(`Stack:${existing.id} is in ${existing.status} state and can not be updated.`);
    }
    const stack = existing ?? new Stack(
      `arn:aws:cloudformation:${this.world.region}:${ACCOUNT}:stack/${stackName}/${randomUUID()}`, stackName, settings);
    const blueprint = this.blueprint(stack, request);
    const changes = plannedChanges(stack, blueprint);
    const changeSet: ChangeSet = {
      id: `arn:aws:cloudformation:${this.world.region}:${ACCOUNT}:changeSet/${request.changeSetName}/${randomUUID()}`,
      name: request.changeSetName,
      description: request.description,
      creationTime: stack.now(),
      blueprint,
      settings,
      changes,
      failure: hasChanges(stack, blueprint, settings) ? undefined : NO_CHANGES,
    };
    if (!existing) {
      this.byId.set(stack.id, stack);
      stack.setStatus('REVIEW_IN_PROGRESS', 'User Initiated');
    }
    const changeSets = this.changeSetsOf.get(stack) ?? new Map<string, ChangeSet>();
    this.changeSetsOf.set(stack, changeSets);
    changeSets.set(changeSet.name, changeSet);
    return { stack, changeSet };
  }

  public executeChangeSet(stack: Stack, { blueprint, settings }: ChangeSet, disableRollback = false): void {
    if (stack.isPaused && !disableRollback) { throw RULES.updateWithRollbackOfFailed(stack.status); }
    this.changeSetsOf.delete(stack);
    stack.disableRollback = disableRollback;
    this.begin(stack, new Deployment(stack, blueprint, settings, this.provisioner(stack), this.others).run());
  }

  public rollbackStack(stack: Stack, acting: Acting, retainExceptOnCreate: boolean): void {
    if (!stack.isPaused) { throw RULES.rollbackOf(stack.status); }
    this.changeSetsOf.delete(stack);
    stack.settings = { ...stack.settings, ...acting };
    this.begin(stack, rollBack(stack, this.provisioner(stack), 'User Initiated', retainExceptOnCreate));
  }

  public deleteStack(stack: Stack, acting: Acting, kept: Kept): void {
    if (stack.terminationProtection) { throw RULES.protectedStack(stack.name); }
    if (stack.isDeleted || stack.status === 'DELETE_IN_PROGRESS') { return; }
    if (stack.isBusy && stack.status !== 'CREATE_IN_PROGRESS') {
      throw invalid(`Stack [${stack.id}] cannot be deleted while in status ${stack.status}`);
    }
    const option = kept.retain.length > 0 ? 'RetainResources' : kept.force ? 'FORCE_DELETE_STACK' : undefined;
    if (option && stack.status !== 'DELETE_FAILED') { throw RULES.onlyAfterFailedDeletion(option); }
    this.changeSetsOf.delete(stack);
    this.begin(stack, this.deleteWhenCreated(stack, acting, kept));
  }

  public cancelUpdate(stack: Stack): void {
    if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.cancel) { throw RULES.cancelOf(stack.status); }
    stack.cancel();
  }

  /** Resolves when the running operation, if any, has ended. */
  public async settled(stack: Stack): Promise<void> {
    await this.operations.get(stack);
  }

  public async stop(): Promise<void> {
    await this.customResources.stop();
  }

  /** If the stack is still being created, that is cancelled and rolled back first. */
  private async deleteWhenCreated(stack: Stack, acting: Acting, kept: Kept): Promise<void> {
    if (stack.isBusy) {
      stack.cancel?.();
      await this.settled(stack);
    }
    stack.settings = { ...stack.settings, ...acting };
    await deleteStack(stack, this.provisioner(stack), this.others.exports, kept);
  }

  private begin(stack: Stack, operation: Promise<void>): void {
    this.operations.set(stack, operation.catch((error: Error) => {
      // nobody should wait forever because of a bug here
      stack.setStatus(stack.status.replace('IN_PROGRESS', 'FAILED'), `local AWS itself failed: ${error.stack}`);
    }).finally(() => { stack.cancel = undefined; }));
  }

  private provisioner(stack: Stack): Provisioner {
    return new Provisioner(this.world, stack, name => this.type(name));
  }

  private type(name: string): ResourceType {
    if (isCustomResource(name)) { return this.customResources.type(name); }
    if (!Object.hasOwn(this.world.resourceTypes, name)) {
      throw name.startsWith('AWS::') && !ResourceSpecification.of(name) ? RULES.unknownType(name) : new NotSupportedError(`the resource type ${name}`);
    }
    return this.world.resourceTypes[name];
  }

  private blueprint(stack: Stack, { templateText, parameters }: ChangeSetRequest): Blueprint {
    const text = found(templateText ?? stack.blueprint?.text, () => invalid('UsePreviousTemplate cannot be used when creating a stack'));
    const template = parseTemplate(text);
    const given = givenParameters(template, parameters, stack.blueprint?.given);
    const blueprint = new Blueprint(template, text, given, stack, this.world.region, this.world.ssm);
    for (const { Type } of blueprint.resources.values()) {
      this.type(Type); // throws if it is not supported
    }
    const retyped = retypedResources(stack, blueprint);
    if (retyped.length > 0) { throw RULES.otherType(retyped); }
    return blueprint;
  }
}
