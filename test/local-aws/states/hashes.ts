import { createHash } from 'node:crypto';
import { mapStates, type Definition, type State } from './definition';
import type { JSONValue } from './library';

const HASH = /^States\.Hash\((.*), '(MD5|SHA-1|SHA-256|SHA-384|SHA-512)'\)$/;
const RESOURCE = 'local-hash:';

/**
 * aws-local-stepfunctions 3.0.0 hashes the first 64 bytes of a text only: `States.Hash` is taken out of Pass states, which
 * become tasks that hash what is left.
 */
export function withTrueHashes(definition: Definition): Definition {
  return mapStates(definition, withTrueHash);
}

function withTrueHash(state: State): State {
  const Parameters = (state.Type === 'Pass' ? state.Parameters ?? {} : {}) as Record<string, unknown>;
  const hashed = Object.entries(Parameters).find(([, value]) => HASH.test(String(value)));
  const [, text, algorithm] = HASH.exec(String(hashed?.[1])) ?? [];
  return hashed
    ? { ...state, Type: 'Task', Resource: `${RESOURCE}${hashed[0].replace('.$', '')}:${algorithm}`, Parameters: { ...Parameters, [hashed[0]]: text } }
    : state;
}

export function isHash(resource: string): boolean {
  return resource.startsWith(RESOURCE);
}

export function hash(resource: string, input: Record<string, JSONValue>): JSONValue {
  const [, field, algorithm] = resource.split(':');
  return { ...input, [field]: createHash(algorithm.replace('-', '').toLowerCase()).update(String(input[field])).digest('hex') };
}
