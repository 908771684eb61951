import { createHash } from 'node:crypto';
import type { Definition, State } from './definition';
import type { JSONValue } from './library';

const HASH = /^States\.Hash\((.*), '(MD5|SHA-1|SHA-256|SHA-384|SHA-512)'\)$/;
const RESOURCE = 'local-hash:';

/**
 * aws-local-stepfunctions 3.0.0 hashes the first 64 bytes of a text only: `States.Hash` is taken out of Pass states, which
 * become tasks that hash what is left.
 */
export function withTrueHashes(definition: Definition): Definition {
  return { ...definition, States: Object.fromEntries(Object.entries(definition.States).map(([name, state]) => [name, withTrueHash(state)])) };
}

function withTrueHash(state: State): State {
  const { Parameters, ItemProcessor, Iterator, Branches } = state;
  const hashed = Object.entries((state.Type === 'Pass' ? Parameters ?? {} : {}) as Record<string, unknown>).find(([, value]) => HASH.test(String(value)));
  const [, text, algorithm] = HASH.exec(String(hashed?.[1])) ?? [];
  return {
    ...state,
    ...hashed && {
      Type: 'Task', Resource: `${RESOURCE}${hashed[0].replace('.$', '')}:${algorithm}`, Parameters: { ...Parameters as object, [hashed[0]]: text },
    },
    ...ItemProcessor && { ItemProcessor: withTrueHashes(ItemProcessor) },
    ...Iterator && { Iterator: withTrueHashes(Iterator) },
    ...Branches && { Branches: Branches.map(withTrueHashes) },
  };
}

export function isHash(resource: string): boolean {
  return resource.startsWith(RESOURCE);
}

export function hash(resource: string, input: Record<string, JSONValue>): JSONValue {
  const [, field, algorithm] = resource.split(':');
  return { ...input, [field]: createHash(algorithm.replace('-', '').toLowerCase()).update(String(input[field])).digest('hex') };
}
