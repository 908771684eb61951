import type { World } from '../../core';
import type { LambdaService } from '../../services/lambda';
import type { StatesService } from '../../services/states';
import type { Stack } from '../engine/stack';

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceContext {
  readonly world: World;
  readonly lambda: LambdaService;
  readonly states: StatesService;
  readonly stack: Stack;
  readonly logicalId: string;
  /** aborted when the operation is called off, because another resource failed or somebody cancelled */
  readonly signal: AbortSignal;
}

/** What came of a create or an update. */
export interface Made {
  readonly physicalId: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** A resource that exists. */
export interface Existing {
  readonly physicalId: string;
  readonly properties: Properties;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface ResourceType {
  /** What a change of each property calls for; those not named are refused. `any`: all are fine, changes are updates. */
  readonly properties: Readonly<Record<string, 'update' | 'replace'>> | 'any';
  readonly required?: readonly string[];
  /** runs code of the deployment: comes first, and the rest is made to wait */
  readonly eager?: boolean;
  create(properties: Properties, context: ResourceContext): Promise<Made> | Made;
  update(properties: Properties, existing: Existing, context: ResourceContext): Promise<Made> | Made;
  delete(existing: Existing, context: ResourceContext): Promise<void> | void;
}

/** A failed create or update that has left something behind: its physical id is what a rollback has to do with. */
export class ResourceFailure extends Error {
  constructor(message: string, public readonly physicalId?: string) {
    super(message);
  }
}

/** The operation was called off while the resource was waiting. */
export class Cancelled extends ResourceFailure {
  constructor(physicalId?: string) {
    super('cancelled', physicalId);
  }
}

/** Refused before anything was done: the resource is as it was. */
export class NothingDone extends Error {}
