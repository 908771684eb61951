import { createHash } from 'crypto';
import { Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { REQUEST_HASH_LENGTH } from './request-hash';

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
  return `${Names.uniqueResourceName(stack, { maxLength: STACK_LENGTH, allowedSpecialCharacters: '-' })}_`;
}

/** What all generated names of one construct begin with; the handler appends `_<hash>`. */
export function jobNamePrefix(job: Construct): string {
  const human = job.node.id.replace(/[^A-Za-z0-9]/g, '').slice(0, CONSTRUCT_LENGTH);
  const hash = createHash('sha256').update(job.node.path).digest('hex').slice(0, PATH_HASH_LENGTH).toUpperCase();
  return `${stackJobNamePrefix(Stack.of(job))}${human}${hash}`;
}

/** An IAM pattern for the names that the handler makes from a prefix. */
export function generatedJobNamePattern(prefix: string): string {
  return `${prefix}_${'?'.repeat(REQUEST_HASH_LENGTH)}`;
}
