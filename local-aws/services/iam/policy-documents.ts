import { ServiceError } from '../../core';

interface Statement {
  readonly Principal?: unknown;
  readonly Condition?: Record<string, unknown>;
}

/** The statements of a policy document, of which JSON allows one without an array. */
export function statements(document: object): Statement[] {
  const { Statement } = document as { Statement?: Statement | Statement[] };
  return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement];
}

const OPERATOR = new RegExp('^(ForAllValues:|ForAnyValue:)?(' + [
  'String(Not)?Equals(IgnoreCase)?', 'String(Not)?Like', 'Numeric(Not)?Equals', 'Numeric(Less|Greater)Than(Equals)?',
  'Date(Not)?Equals', 'Date(Less|Greater)Than(Equals)?', 'Bool', 'BinaryEquals', '(Not)?IpAddress', 'Arn(Not)?(Equals|Like)', 'Null',
].join('|') + ')(IfExists)?$', 'i');

/**
 * Refuses what AWS refuses when the policy is put and what the simulator would pass over in silence: it ignores statements
 * with unknown condition operators, denying ones too.
 */
export function checkPolicyDocument(document: object): void {
  const all = statements(document);
  if (all.length === 0) {
    throw malformed('Policy document must contain a statement.');
  }
  for (const statement of all) {
    for (const operator of Object.keys(statement.Condition ?? {})) {
      if (!OPERATOR.test(operator)) {
        throw malformed(`Invalid Condition type : ${operator}.`);
      }
    }
  }
}

/** Key, bucket and trust policies name roles; AWS refuses those that name one that does not exist. */
export function checkRolePrincipals(document: object, hasRole: (arn: string) => boolean): void {
  for (const arn of statements(document).flatMap(statement => awsPrincipals(statement.Principal))) {
    if (/^arn:[^:]+:iam::\d{12}:role\//.test(arn) && !hasRole(arn)) {
      throw malformed(`Policy contains a statement with one or more invalid principals: ${arn}`);
    }
  }
}

function awsPrincipals(principal: unknown): string[] {
  const named = principal !== null && typeof principal === 'object' ? (principal as { AWS?: string | string[] }).AWS : undefined;
  return named === undefined ? [] : Array.isArray(named) ? named : [named];
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
