import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REQUEST_HASH_LENGTH } from '../contract/limits';

/**
 * Generated job names: `<stack>_<construct>_<hash of the request>`, 63 characters at most.
 *
 * Underscores separate the parts because neither a CloudFormation stack's name nor the construct's part can hold one: no
 * stack's pattern matches the jobs of another, no job's pattern those of a neighbour.
 */
const STACK_LENGTH = 24;
const CONSTRUCT_LENGTH = 13;
const PATH_HASH_LENGTH = 8;

/** What all generated names in a stack begin with. */
export function stackJobNamePrefix(stack: Stack): string {
  return `${stackPart(stack, STACK_LENGTH)}_`;
}

/** The stack's name, or what is known of it: cut, and told apart by a hash, where it is too long or, in a nested stack, not known. */
function stackPart(stack: Stack, maxLength: number): string {
  const isKnown = !Token.isUnresolved(stack.stackName);
  const name = isKnown ? stack.stackName : stack.node.path.replace(/[^A-Za-z0-9]/g, '');
  if (isKnown && name.length <= maxLength) { return name; }
  return name.slice(0, maxLength - PATH_HASH_LENGTH) + pathHash(name);
}

function pathHash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, PATH_HASH_LENGTH).toUpperCase();
}

/** What all generated names of one construct begin with; the handler appends `_<hash>`. */
export function jobNamePrefix(job: Construct): string {
  const human = job.node.id.replace(/[^A-Za-z0-9]/g, '').slice(0, CONSTRUCT_LENGTH);
  return `${stackJobNamePrefix(Stack.of(job))}${human}${pathHash(job.node.path)}`;
}

/** An IAM pattern for the names that the handler makes from a prefix. */
export function generatedJobNamePattern(prefix: string): string {
  return `${prefix}_${'?'.repeat(REQUEST_HASH_LENGTH)}`;
}

/** States.Hash with MD5: the state machine cannot shorten it, so the rest of the name is shorter. */
const RUN_HASH_LENGTH = 32;
const RUN_STACK_LENGTH = 12;
const RUN_CONSTRUCT_LENGTH = 8;

/** What the names of all jobs begin with that a state machine starts through one construct; the state machine appends `_<hash>`. */
export function runJobNamePrefix(scope: Construct): string {
  const human = scope.node.id.replace(/[^A-Za-z0-9]/g, '').slice(0, RUN_CONSTRUCT_LENGTH);
  return `${stackPart(Stack.of(scope), RUN_STACK_LENGTH)}_${human}${pathHash(scope.node.path)}`;
}

/** An IAM pattern for the names that a state machine makes from a prefix. */
export function runJobNamePattern(prefix: string): string {
  return `${prefix}_${'?'.repeat(RUN_HASH_LENGTH)}`;
}
