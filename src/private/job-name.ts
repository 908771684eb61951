import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REQUEST_HASH_LENGTH } from '../contract/limits';

/**
 * Generated job names: `<stack>_<construct>_<hash of the request>`, at most 63 characters.
 *
 * The separator is an underscore because neither the name of a CloudFormation stack nor the construct's part can contain one. So no stack's
 * pattern matches the jobs of another stack, and no job's pattern those of another job.
 */
const STACK_LENGTH = 24;
const CONSTRUCT_LENGTH = 13;
const PATH_HASH_LENGTH = 8;

/** The beginning of all generated names in a stack. */
export function stackJobNamePrefix(stack: Stack): string {
  return `${stackPart(stack, STACK_LENGTH)}_`;
}

/** The stack's name. If it is too long, or unknown as in a nested stack, it is cut off and ends with a hash. */
function stackPart(stack: Stack, maxLength: number): string {
  const isKnown = !Token.isUnresolved(stack.stackName);
  const name = isKnown ? stack.stackName : stack.node.path.replace(/[^A-Za-z0-9]/g, '');
  if (isKnown && name.length <= maxLength) { return name; }
  return name.slice(0, maxLength - PATH_HASH_LENGTH) + pathHash(name);
}

function pathHash(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, PATH_HASH_LENGTH).toUpperCase();
}

/** The beginning of all generated names of one construct; the handler appends `_<hash>`. */
export function jobNamePrefix(job: Construct): string {
  const human = job.node.id.replace(/[^A-Za-z0-9]/g, '').slice(0, CONSTRUCT_LENGTH);
  return `${stackJobNamePrefix(Stack.of(job))}${human}${pathHash(job.node.path)}`;
}

/** An IAM pattern for the names that the handler makes from a prefix. */
export function generatedJobNamePattern(prefix: string): string {
  return `${prefix}_${'?'.repeat(REQUEST_HASH_LENGTH)}`;
}

/** MD5, by States.Hash: a state machine cannot shorten it, so the rest of the name is shorter. */
const RUN_HASH_LENGTH = 32;
const RUN_STACK_LENGTH = 12;
const RUN_CONSTRUCT_LENGTH = 8;

/** The beginning of the names of all jobs that a state machine starts through one construct; the state machine appends `_<hash>`. */
export function runJobNamePrefix(scope: Construct): string {
  const human = scope.node.id.replace(/[^A-Za-z0-9]/g, '').slice(0, RUN_CONSTRUCT_LENGTH);
  return `${stackPart(Stack.of(scope), RUN_STACK_LENGTH)}_${human}${pathHash(scope.node.path)}`;
}

/** An IAM pattern for the names that a state machine makes from a prefix. */
export function runJobNamePattern(prefix: string): string {
  return `${prefix}_${'?'.repeat(RUN_HASH_LENGTH)}`;
}
