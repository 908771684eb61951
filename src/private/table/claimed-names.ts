import { Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** The names in the Data Catalogs of each app, and who has them. */
const CLAIMS = new WeakMap<IConstruct, Map<string, string>>();

/**
 * Claims the name of a database. Stacks of a stage that have no environment are taken for neighbors.
 *
 * @returns who has the name already
 */
export function claimDatabase(stack: Stack, name: string): string | undefined {
  return claim(stack, [catalogOf(stack) ?? Stage.of(stack)!.node.path, name]);
}

/**
 * Claims the name of a table or a view. Stacks that have no environment may be for different accounts: they do not share a database.
 *
 * @param databaseName also tells databases apart whose names are tokens
 * @returns who has the name already
 */
export function claimTable(table: IConstruct, databaseName: string, name: string): string | undefined {
  const stack = Stack.of(table);
  return claim(table, [catalogOf(stack) ?? outermost(stack).node.path, databaseName, name]);
}

function catalogOf({ account, region }: Stack): string | undefined {
  return Token.isUnresolved(account) || Token.isUnresolved(region) ? undefined : `${account}/${region}`;
}

function claim(scope: IConstruct, parts: string[]): string | undefined {
  const claims = claimsIn(scope.node.root);
  const key = JSON.stringify(parts);
  const owner = claims.get(key);
  if (owner === undefined) { claims.set(key, scope.node.path); }
  return owner;
}

function claimsIn(app: IConstruct): Map<string, string> {
  const claims = CLAIMS.get(app) ?? new Map<string, string>();
  CLAIMS.set(app, claims);
  return claims;
}

function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}
