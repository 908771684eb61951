import { randomInt } from 'crypto';
import { NotSupportedError } from '../core';
import type { World } from '../world';
import type { Stack } from './engine/stack';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export type Properties = Readonly<Record<string, unknown>>;

export interface ResourceContext {
  readonly world: World;
  readonly stack: Stack;
  readonly logicalId: string;
  /** aborted when the operation is cancelled, by a user or because another resource failed */
  readonly signal: AbortSignal;
}

/** The result of a create or an update. */
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
  /** Those that it acts on. Others are refused as not supported, unless it is `any`. */
  readonly properties: readonly string[] | 'any';
  /** It runs the deployment's own code: it goes first, and the others wait. */
  readonly eager?: boolean;
  create(properties: Properties, context: ResourceContext): Promise<Made> | Made;
  /** Returns nothing if ID and attributes stay the same. */
  update?(properties: Properties, existing: Existing, context: ResourceContext): Promise<Made | void> | Made | void;
  delete(existing: Existing, context: ResourceContext): Promise<void> | void;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;

/** A create or update that failed but left something behind, which a rollback finds by its physical ID. */
export class ResourceFailure extends Error {
  constructor(message: string, public readonly physicalId?: string) {
    super(message);
  }
}

/** The operation was cancelled while the resource was waiting. */
export class Cancelled extends ResourceFailure {
  constructor(physicalId?: string) {
    super('cancelled', physicalId);
  }
}

/** Refused before anything was done: the resource is unchanged. */
export class NothingDone extends Error {}

/** Templates have booleans of both kinds. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 'true';
}

export function text(properties: Properties, name: string): string | undefined {
  const value = properties[name];
  return value === undefined ? undefined : String(value);
}

export function texts(properties: Properties, name: string): string[] {
  return ((properties[name] ?? []) as unknown[]).map(String);
}

export function record(value: unknown): Record<string, unknown> {
  return (value ?? {}) as Record<string, unknown>;
}

/** Refuses members of a nested property that would be ignored otherwise. */
export function refuseOtherMembers(value: unknown, known: readonly string[], where: string): void {
  const unknown = Object.keys(record(value)).find(name => !known.includes(name));
  if (unknown) { throw new NotSupportedError(`${unknown} in ${where}`); }
}

/** JSON, which templates have as text or as an object. */
export function document(value: unknown): object {
  return typeof value === 'string' ? JSON.parse(value) as object : value as object;
}

export function randomSuffix(length = 12): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** A name as CloudFormation makes it: `<stack>-<logical ID>-<random>`, both parts shortened to fit. */
export function physicalName({ stack, logicalId }: ResourceContext, longest = 64): string {
  const suffix = randomSuffix();
  const room = longest - suffix.length - 2;
  const stackPart = stack.name.slice(0, Math.max(Math.floor(room / 2), room - logicalId.length));
  return `${stackPart}-${logicalId.slice(0, room - stackPart.length)}-${suffix}`;
}
