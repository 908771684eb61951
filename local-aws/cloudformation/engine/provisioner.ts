import { isDeepStrictEqual } from 'util';
import type { ResourceState, Stack } from './stack';
import { NotSupportedError, ServiceError } from '../../core';
import type { World } from '../../world';
import { ResourceSpecification } from '../resource-specification';
import { Cancelled, NothingDone, ResourceFailure, type Existing, type Properties, type ResourceContext, type ResourceType } from '../resource-type';
import { RULES, isDeletedFirst } from '../rules';
import type { ResourceDefinition } from '../template/template';

/** The errors with which services say that something does not exist. */
const GONE = ['NoSuchEntity', 'NoSuchBucket', 'ParameterNotFound', 'ResourceNotFoundException', 'NotFoundException'];
/** What services answer when a role, policy, bucket or key has not taken effect. */
const UNSETTLED = [
  'AccessDenied', 'AccessDeniedException', 'KmsAccessDeniedException', 'InvalidParameterValueException', 'InvalidTargetBucketForLogging',
  'InvalidParameterException', 'MalformedPolicy', 'MalformedPolicyDocument', 'MalformedPolicyDocumentException', 'NoSuchBucket',
  'ValidationException',
];
const UPDATED: Outcome = { status: 'UPDATE_COMPLETE' };

type Outcome = Pick<ResourceState, 'status' | 'statusReason'>;

/** What a template says about a resource besides its properties. */
type Intention = Pick<ResourceState, 'dependencies' | 'deletionPolicy' | 'updateReplacePolicy'>;

/** Creates, updates and deletes single resources of a stack, and records the results in the stack. */
export class Provisioner {
  constructor(private readonly world: World, private readonly stack: Stack, private readonly typeOf: (name: string) => ResourceType) {}

  /** Of what could start at the same time. */
  public get reversesOrder(): boolean {
    return this.world.profile.reversesOrder;
  }

  public isEager(type: string): boolean {
    return this.typeOf(type).eager ?? false;
  }

  public async create(
    logicalId: string, definition: ResourceDefinition, dependencies: readonly string[], resolved: () => Properties, signal: AbortSignal,
  ): Promise<void> {
    const base = { logicalId, type: definition.Type, dependencies, ...policies(definition), attributes: {}, properties: {} as Properties };
    this.stack.setResource({ ...base, status: 'CREATE_IN_PROGRESS' });
    let properties: Properties = {};
    try {
      properties = resolved();
      const type = this.checked(definition.Type, properties);
      const { physicalId, attributes = {} } = await this.settled(() => type.create(properties, this.context(logicalId, signal)));
      this.stack.setResource({ ...base, properties, physicalId, attributes, status: 'CREATE_COMPLETE' });
    } catch (error) {
      const reason = error instanceof Cancelled ? 'Resource creation cancelled' : (error as Error).message;
      const physicalId = error instanceof ResourceFailure ? error.physicalId : undefined;
      this.stack.setResource({ ...base, properties, physicalId, status: 'CREATE_FAILED', statusReason: reason });
      throw error;
    }
  }

  /** Whether the resource has these properties already. */
  public isSame(state: ResourceState, properties: Properties): boolean {
    return !state.uncertain && isDeepStrictEqual(state.properties, properties);
  }

  /** Returns the new state. A replaced resource is not deleted yet, unless its type says so. */
  public async update(
    before: ResourceState, after: Intention, properties: Properties, signal: AbortSignal = new AbortController().signal, outcome = UPDATED,
  ): Promise<ResourceState> {
    const { logicalId } = before;
    const { dependencies, deletionPolicy, updateReplacePolicy } = after;
    const base = { ...before, dependencies, deletionPolicy, updateReplacePolicy, statusReason: undefined, uncertain: undefined };
    const context = this.context(logicalId, signal);
    const replaces = this.isReplacement(before, properties);
    let isGone = false;
    // until the update is done, the state is that of before
    this.stack.setResource({ ...before, status: 'UPDATE_IN_PROGRESS', statusReason: undefined });
    try {
      const type = this.checked(before.type, properties);
      if (replaces) { refuseReplacement(before, properties); }
      if (replaces && isDeletedFirst(before.type)) {
        const isKept = updateReplacePolicy !== 'Delete';
        await this.delete(before, isKept);
        isGone = !isKept;
      }
      const { physicalId, attributes = {} } = replaces
        ? await this.settled(() => type.create(properties, context))
        : await this.settled(() => type.update?.(properties, existing(before), context)) ?? existing(before);
      return this.stack.setResource({ ...base, properties, physicalId, attributes, ...outcome });
    } catch (error) {
      const reason = error instanceof Cancelled ? 'Resource update cancelled' : (error as Error).message;
      const physicalId = (error instanceof ResourceFailure ? error.physicalId : undefined) ?? (isGone ? undefined : before.physicalId);
      // a failed replacement leaves the old resource unchanged, if there still is one
      const left = !isGone && (replaces || error instanceof NothingDone) ? before : { properties, uncertain: true };
      this.stack.setResource({ ...base, properties: left.properties, uncertain: left.uncertain, physicalId, status: 'UPDATE_FAILED', statusReason: reason });
      throw error;
    }
  }

  /** Whether a change to these properties creates, or may create, a new resource. */
  public isReplacement({ type, properties: before }: ResourceState, properties: Properties): boolean {
    return (ResourceSpecification.of(type)?.replacement(before, properties) ?? 'no') !== 'no';
  }

  /** Deletes the resource in this state, unless it is to be kept. The stack may already have another state for it. */
  public async delete(state: ResourceState, keep = false): Promise<void> {
    const event = (status: string, statusReason?: string) => this.stack.addResourceEvent({ ...state, status, statusReason });
    if (keep) {
      event('DELETE_SKIPPED');
      return;
    }
    event('DELETE_IN_PROGRESS');
    try {
      if (state.physicalId !== undefined) {
        await this.typeOf(state.type).delete(existing(state), this.context(state.logicalId, new AbortController().signal));
      }
    } catch (error) {
      if (!GONE.includes((error as Error).name)) {
        event('DELETE_FAILED', (error as Error).message);
        throw error;
      }
    }
    event('DELETE_COMPLETE');
  }

  private checked(name: string, properties: Properties): ResourceType {
    const type = this.typeOf(name);
    const problem = ResourceSpecification.of(name)?.problem(properties);
    if (problem !== undefined) { throw new NothingDone(`Model validation failed (${problem})`); }
    const { properties: supported } = type;
    const unsupported = supported === 'any' ? undefined : Object.keys(properties).find(property => !supported.includes(property));
    if (unsupported !== undefined) { throw new NothingDone(new NotSupportedError(`the property ${unsupported} of ${name}`).message); }
    return type;
  }

  /**
   * CloudFormation tries again what fails only because something has not taken effect: it waits for resources to be consistent.
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-resource-configuration-complete.html
   */
  private async settled<T>(action: () => T): Promise<Awaited<T>> {
    const { clock, profile: { iamSeconds, bucketSeconds, keySeconds } } = this.world;
    const end = clock.now() + Math.max(iamSeconds, bucketSeconds, keySeconds) * 1000;
    for (;;) {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof ServiceError && UNSETTLED.includes(error.code)) || clock.now() >= end) { throw error; }
        await clock.sleep(1000);
      }
    }
  }

  private context(logicalId: string, signal: AbortSignal): ResourceContext {
    return { world: this.world, stack: this.stack, logicalId, signal };
  }
}

export function policies({ DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' }: ResourceDefinition): Omit<Intention, 'dependencies'> {
  return { deletionPolicy: DeletionPolicy, updateReplacePolicy: UpdateReplacePolicy };
}

function refuseReplacement({ type, properties: before }: ResourceState, properties: Properties): void {
  const specification = ResourceSpecification.of(type)!;
  if (specification.replacement(before, properties) === 'maybe') { throw new NotSupportedError(`an update of ${type} that may replace it`); }
  const name = specification.customName(properties);
  if (!isDeletedFirst(type) && name !== undefined && name === specification.customName(before)) { throw RULES.customNamed(String(name)); }
}

function existing({ physicalId = '', properties, attributes }: ResourceState): Existing {
  return { physicalId, properties, attributes };
}
