import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema, StaticStructureSchema } from '@smithy/types';
import { NotSupportedError, ServiceError, found } from '../core';

/** What a request has that the model does not allow, or lacks. `path` is AWS's: `tags.1.member.tagKey`. */
export interface Problem {
  readonly kind: 'unknown' | 'missing' | 'mistyped';
  readonly path: string;
  /** the type that it must have, with an article */
  readonly type?: string;
}

/** The codes of errors in a protocol. */
export interface ProblemCodes {
  readonly missing: string;
  readonly mistyped: string;
}

/** The model of a service's API, by AWS: its SDK client exports a schema for each operation. */
export class ServiceModel {
  /** `client`: everything that the package of the SDK client exports */
  constructor(private readonly client: object) {}

  public input(operation: string): NormalizedSchema {
    const schema = (this.client as Record<string, StaticOperationSchema | undefined>)[`${operation}$`];
    return NormalizedSchema.of(found(schema, () => new NotSupportedError(`${operation}, which AWS's model does not have`))[4]);
  }

  /**
   * Throws what AWS answers to a request with a missing or mistyped member. AWS's services ignore unknown members, and the SDKs do not send them:
   * to refuse them is stricter.
   */
  public check(operation: string, request: object, codes: ProblemCodes): void {
    const problems = [...problemsOf(this.input(operation), request)];
    const unknown = problems.find(({ kind }) => kind === 'unknown');
    if (unknown) { throw new NotSupportedError(`${unknown.path} of ${operation}, which AWS's model does not have`); }
    const mistyped = problems.find(({ kind }) => kind === 'mistyped');
    if (mistyped) { throw new ServiceError(codes.mistyped, `Value at '${inErrors(mistyped.path)}' is not ${mistyped.type}`); }
    if (problems.length > 0) {
      throw invalidRequest(problems.map(({ path }) => `Value null at '${inErrors(path)}' failed to satisfy constraint: Member must not be null`), codes.missing);
    }
  }
}

/** Its message names everything that is wrong. */
export function invalidRequest(failures: readonly string[], code: string): ServiceError {
  return new ServiceError(code, `${failures.length} validation error${failures.length > 1 ? 's' : ''} detected: ${failures.join('; ')}`);
}

/** In messages, names begin with a lower-case letter. */
function inErrors(path: string): string {
  return path.replace(/(^|\.)[A-Z]/g, start => start.toLowerCase());
}

/** What the model does not allow of a value. */
export function* problemsOf(schema: NormalizedSchema, value: unknown, path = ''): Generator<Problem> {
  const type = typeName(schema);
  if (!hasType(value, type)) {
    yield { kind: 'mistyped', path, type };
  } else if (schema.isStructSchema()) {
    yield* problemsOfStructure(schema, value as Record<string, unknown>, path === '' ? '' : `${path}.`);
  } else if (schema.isListSchema()) {
    for (const [index, element] of (value as unknown[]).entries()) { yield* problemsOf(schema.getValueSchema(), element, `${path}.${index + 1}.member`); }
  } else if (schema.isMapSchema()) {
    for (const [key, element] of Object.entries(value as object)) { yield* problemsOf(schema.getValueSchema(), element, `${path}.${key}.member`); }
  }
}

/** In JSON, a member that is null is absent. */
function* problemsOfStructure(schema: NormalizedSchema, value: Readonly<Record<string, unknown>>, parent: string): Generator<Problem> {
  const members = new Map(schema.structIterator());
  const given = Object.entries(value).filter(([, member]) => member !== undefined && member !== null);
  for (const name of required(schema)) {
    if (!given.some(([givenName]) => givenName === name)) { yield { kind: 'missing', path: `${parent}${name}` }; }
  }
  for (const [name, member] of given) {
    const memberSchema = members.get(name);
    if (memberSchema) {
      yield* problemsOf(memberSchema, member, `${parent}${name}`);
    } else {
      yield { kind: 'unknown', path: `${parent}${name}` };
    }
  }
}

/** A structure's schema names its required members first, and then says how many those are. */
function required(schema: NormalizedSchema): string[] {
  const [, , , , names, , count = 0] = schema.getSchema() as StaticStructureSchema;
  return names.slice(0, count);
}

type TypeName = 'an object' | 'a list' | 'a boolean' | 'a number' | 'a string' | 'anything';

/** Blobs are Base64, and times seconds since the epoch, in the JSON protocols. */
function typeName(schema: NormalizedSchema): TypeName {
  if (schema.isStructSchema() || schema.isMapSchema()) { return 'an object'; }
  if (schema.isListSchema()) { return 'a list'; }
  if (schema.isBooleanSchema()) { return 'a boolean'; }
  if (schema.isNumericSchema() || schema.isTimestampSchema() || schema.isBigIntegerSchema() || schema.isBigDecimalSchema()) { return 'a number'; }
  return schema.isStringSchema() || schema.isBlobSchema() ? 'a string' : 'anything';
}

function hasType(value: unknown, type: TypeName): boolean {
  switch (type) {
    case 'an object': return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'a list': return Array.isArray(value);
    case 'anything': return true;
    default: return `a ${typeof value}` === type;
  }
}
