import { ServiceError } from '../../core';

interface Statement {
  readonly Principal?: unknown;
  readonly Condition?: Record<string, unknown>;
}

interface RoleFinder {
  hasRole(roleArn: string): boolean;
}

/** A single statement needs no array. */
function statements(document: object): Statement[] {
  const { Statement } = document as { Statement?: Statement | Statement[] };
  return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement];
}

const OPERATOR = new RegExp('^(ForAllValues:|ForAnyValue:)?(' + [
  'String(Not)?Equals(IgnoreCase)?', 'String(Not)?Like', 'Numeric(Not)?Equals', 'Numeric(Less|Greater)Than(Equals)?',
  'Date(Not)?Equals', 'Date(Less|Greater)Than(Equals)?', 'Bool', 'BinaryEquals', '(Not)?IpAddress', 'Arn(Not)?(Equals|Like)', 'Null',
].join('|') + ')(IfExists)?$', 'i');

/** Refuses what AWS refuses. The simulator would ignore statements with an unknown condition operator, even if they deny. */
export function checkPolicyDocument(document: object): void {
  const all = statements(document);
  if (all.length === 0) { throw malformed('Policy document must contain a statement.'); }
  for (const statement of all) {
    for (const operator of Object.keys(statement.Condition ?? {})) {
      if (!OPERATOR.test(operator)) { throw malformed(`Invalid Condition type : ${operator}.`); }
    }
  }
}

/** AWS refuses a key, bucket or trust policy that names a role that does not exist. */
export function checkRolePrincipals(document: object, iam: RoleFinder): void {
  for (const arn of statements(document).flatMap(statement => awsPrincipals(statement.Principal))) {
    if (/^arn:[^:]+:iam::\d{12}:role\//.test(arn) && !iam.hasRole(arn)) {
      throw malformed(`Policy contains a statement with one or more invalid principals: ${arn}`);
    }
  }
}

export function checkResourcePolicy(document: object, iam: RoleFinder): void {
  checkPolicyDocument(document);
  checkRolePrincipals(document, iam);
}

function awsPrincipals(principal: unknown): string[] {
  const named = principal !== null && typeof principal === 'object' ? (principal as { AWS?: string | string[] }).AWS : undefined;
  return named === undefined ? [] : Array.isArray(named) ? named : [named];
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
