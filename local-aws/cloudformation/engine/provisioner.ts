import { isDeepStrictEqual } from 'node:util';
import type { ResourceState } from './resource-state';
import type { Stack } from './stack';
import { NotSupportedError } from '../../core';
import { Cancelled, NothingDone, ResourceFailure, type Existing, type Properties, type ResourceContext, type ResourceType } from '../resources/resource-type';
import type { ResourceTypes } from '../resources/resource-types';
import type { ResourceDefinition } from '../template/template';

/** How services say that there is no such thing. */
const GONE = ['NoSuchEntity', 'NoSuchBucket', 'ParameterNotFound', 'ResourceNotFoundException', 'NotFoundException'];
/** The state that an update leaves behind when it succeeds. */
const UPDATED: Outcome = { status: 'UPDATE_COMPLETE' };

type Outcome = Pick<ResourceState, 'status' | 'statusReason'>;

/** Creates, updates and deletes single resources of a stack, and writes down what came of it. */
export class Provisioner {
  constructor(
    private readonly types: ResourceTypes,
    private readonly shared: Pick<ResourceContext, 'world' | 'lambda' | 'states'>,
    private readonly stack: Stack,
  ) {}

  public isEager(type: string): boolean {
    return this.types.get(type).eager ?? false;
  }

  public async create(
    logicalId: string, definition: ResourceDefinition, dependencies: readonly string[], resolved: () => Properties, signal: AbortSignal,
  ): Promise<void> {
    const base = {
      logicalId, type: definition.Type, dependencies, ...policies(definition), attributes: {}, properties: {} as Properties,
    };
    this.stack.setResource({ ...base, status: 'CREATE_IN_PROGRESS' });
    let properties: Properties = {};
    try {
      properties = resolved();
      const type = this.checked(definition.Type, properties);
      const { physicalId, attributes = {} } = await type.create(properties, this.context(logicalId, signal));
      this.stack.setResource({ ...base, properties, physicalId, attributes, status: 'CREATE_COMPLETE' });
    } catch (error) {
      const reason = error instanceof Cancelled ? 'Resource creation cancelled' : (error as Error).message;
      const physicalId = error instanceof ResourceFailure ? error.physicalId : undefined;
      this.stack.setResource({ ...base, properties, physicalId, status: 'CREATE_FAILED', statusReason: reason });
      throw error;
    }
  }

  /** Whether these properties are what the resource has. */
  public isSame(state: ResourceState, properties: Properties): boolean {
    return !state.uncertain && isDeepStrictEqual(state.properties, properties);
  }

  /** Brings a resource from one state to the properties of another. Returns the new state; the old one stays to be cleaned up when replaced. */
  public async update(
    before: ResourceState, after: Intention, properties: Properties, signal: AbortSignal, outcome = UPDATED,
  ): Promise<ResourceState> {
    const { logicalId } = before;
    const { dependencies, deletionPolicy, updateReplacePolicy } = after;
    const base = { ...before, dependencies, deletionPolicy, updateReplacePolicy, statusReason: undefined, uncertain: undefined };
    const context = this.context(logicalId, signal);
    const replaces = this.isReplacement(before, properties);
    // until it is done, what is there is what was there
    this.stack.setResource({ ...before, status: 'UPDATE_IN_PROGRESS', statusReason: undefined });
    try {
      const type = this.checked(before.type, properties);
      const { physicalId, attributes = {} } = replaces
        ? await type.create(properties, context)
        : await type.update(properties, existing(before), context);
      return this.stack.setResource({ ...base, properties, physicalId, attributes, ...outcome });
    } catch (error) {
      const reason = error instanceof Cancelled ? 'Resource update cancelled' : (error as Error).message;
      const physicalId = (error instanceof ResourceFailure ? error.physicalId : undefined) ?? before.physicalId;
      // a replacement that could not be made leaves the old one as it was
      const left = replaces || error instanceof NothingDone ? before : { properties, uncertain: true };
      this.stack.setResource({ ...base, properties: left.properties, uncertain: left.uncertain, physicalId, status: 'UPDATE_FAILED', statusReason: reason });
      throw error;
    }
  }

  /** Whether a change to these properties makes a new resource. */
  public isReplacement(state: ResourceState, properties: Properties): boolean {
    const { properties: kinds } = this.types.get(state.type);
    return kinds !== 'any' && Object.entries(kinds).some(([name, kind]) => (
      kind === 'replace' && !isDeepStrictEqual(state.properties[name], properties[name])));
  }

  /** Deletes what is behind a state, unless the policy says to keep it. The state itself may be out of the stack already. */
  public async delete(state: ResourceState, keep: boolean, signal: AbortSignal): Promise<void> {
    const event = (status: string, statusReason?: string) => this.stack.addResourceEvent({ ...state, status, statusReason });
    if (keep) {
      event('DELETE_SKIPPED');
      return;
    }
    event('DELETE_IN_PROGRESS');
    try {
      if (state.physicalId !== undefined) {
        await ignoringGone(async () => this.types.get(state.type).delete(existing(state), this.context(state.logicalId, signal)));
      }
      event('DELETE_COMPLETE');
    } catch (error) {
      event('DELETE_FAILED', (error as Error).message);
      throw error;
    }
  }

  private checked(name: string, properties: Properties): ResourceType {
    const type = this.types.get(name);
    const { properties: known, required = [] } = type;
    const unknown = known === 'any' ? undefined : Object.keys(properties).find(property => !(property in known));
    if (unknown) {
      throw new NothingDone(new NotSupportedError(`the property ${unknown} of ${name}`).message);
    }
    const missing = required.filter(property => properties[property] === undefined);
    if (missing.length > 0) {
      throw new NothingDone(`Model validation failed (#: required key [${missing.join(', ')}] not found)`);
    }
    return type;
  }

  private context(logicalId: string, signal: AbortSignal): ResourceContext {
    return { ...this.shared, stack: this.stack, logicalId, signal };
  }
}

/** What the template says of a resource beside its properties. */
type Intention = Pick<ResourceState, 'dependencies' | 'deletionPolicy' | 'updateReplacePolicy'>;

export function policies({ DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete' }: ResourceDefinition): Omit<Intention, 'dependencies'> {
  return { deletionPolicy: DeletionPolicy, updateReplacePolicy: UpdateReplacePolicy };
}

/** What somebody else deleted before is deleted. */
async function ignoringGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!GONE.includes((error as Error).name)) {
      throw error;
    }
  }
}

function existing(state: ResourceState): Existing {
  return { physicalId: state.physicalId ?? '', properties: state.properties, attributes: state.attributes };
}
