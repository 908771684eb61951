import { createHash } from 'crypto';
import { Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

const MAX_LENGTH = 255;
/** Leaves room for what is appended. */
const MAX_GENERATED_LENGTH = 200;
const HASH_LENGTH = 8;
// what Athena needs no quotes for, but for a digit at the beginning
const NAME = /^[a-z0-9_]+$/;

/** @param name of a table or a view; may be a token */
export function catalogNameProblem(prop: string, name: string | undefined): string | undefined {
  if (name === undefined || Token.isUnresolved(name) || (NAME.test(name) && name.length <= MAX_LENGTH)) { return undefined; }
  return `${prop} must be 1 to ${MAX_LENGTH} lower-case letters, digits and underscores, got ${JSON.stringify(name)}`;
}

/** The name of the database for all tables of a stack. */
export function databaseName(stack: Stack): string {
  return `${nameOf(stackIds(stack))}_exports`;
}

/** A name that is unique in the stack, or in the account and Region. */
export function tableName(table: Construct, isUniqueInStack: boolean): string {
  const stack = Stack.of(table);
  const ids = table.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return nameOf([...isUniqueInStack ? [] : stackIds(stack), ...ids]);
}

/** A nested stack has no name yet: its construct's path in the outermost stack. */
function stackIds(stack: Stack): string[] {
  const { nestedStackParent: parent } = stack;
  if (parent === undefined) { return [stack.stackName]; }
  return [...stackIds(parent), ...stack.node.scopes.slice(parent.node.scopes.length).map(({ node }) => node.id)];
}

function nameOf(ids: string[]): string {
  const path = ids.join('/');
  const name = path.toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^_|_$/g, '');
  if (name !== '' && name.length <= MAX_GENERATED_LENGTH) { return name; }
  return `${name.slice(0, MAX_GENERATED_LENGTH) || 'export'}_${createHash('sha256').update(path).digest('hex').slice(0, HASH_LENGTH)}`;
}
