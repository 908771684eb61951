import type { Properties } from './resource-type';
import { NotSupportedError } from '../../core';

/** Templates write booleans both ways. */
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

/** Refuses members of a nested property that would be passed over otherwise. */
export function refuseOtherMembers(value: unknown, known: readonly string[], where: string): void {
  const unknown = Object.keys(record(value)).find(name => !known.includes(name));
  if (unknown) {
    throw new NotSupportedError(`${unknown} in ${where}`);
  }
}

/** JSON that templates give as text or as an object. */
export function document(value: unknown): object {
  return typeof value === 'string' ? JSON.parse(value) as object : value as object;
}

