import { ServiceError } from '../../core';

export interface Statement {
  readonly Sid?: string;
  readonly Effect?: unknown;
  readonly Action?: string | string[];
  readonly NotAction?: string | string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly NotPrincipal?: unknown;
  readonly Condition?: Record<string, unknown>;
}

/** What a policy is attached to. */
type PolicyKind = 'identity' | 'trust' | 'resource';

interface PrincipalFinder {
  hasRole(roleArn: string): boolean;
  hasUser(userArn: string): boolean;
}

/** A single statement needs no array. */
export function statements(document: object): Statement[] {
  const { Statement } = document as { Statement?: Statement | Statement[] };
  return Statement === undefined ? [] : Array.isArray(Statement) ? Statement : [Statement];
}

/** A single value needs no array either. */
export function valuesOf(element: unknown): string[] {
  return (Array.isArray(element) ? element : element === undefined ? [] : [element]).map(String);
}

const OPERATOR = new RegExp('^(ForAllValues:|ForAnyValue:)?(' + [
  'String(Not)?Equals(IgnoreCase)?', 'String(Not)?Like', 'Numeric(Not)?Equals', 'Numeric(Less|Greater)Than(Equals)?',
  'Date(Not)?Equals', 'Date(Less|Greater)Than(Equals)?', 'Bool', 'BinaryEquals', '(Not)?IpAddress', 'Arn(Not)?(Equals|Like)', 'Null',
].join('|') + ')(IfExists)?$', 'i');

const VERSIONS: unknown[] = [undefined, '2008-10-17', '2012-10-17'];
const ELEMENTS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'NotPrincipal', 'Condition'];

/**
 * Refuses what AWS refuses. The simulator would ignore statements with an unknown condition operator, even if they deny.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function checkPolicyDocument(document: object, kind: PolicyKind): void {
  if (!VERSIONS.includes((document as { Version?: unknown }).Version)) { throw malformed('The policy must contain a valid version string.'); }
  const all = statements(document);
  if (all.length === 0) { throw malformed('Policy document must contain a statement.'); }
  all.forEach(statement => checkStatement(statement, kind));
  const ids = all.map(({ Sid }) => Sid).filter(id => id !== undefined);
  if (kind === 'resource') { return; } // other services have rules of their own for IDs
  if (new Set(ids).size < ids.length) { throw malformed('Statement IDs (SID) in a single policy must be unique.'); }
  if (!ids.every(id => /^[A-Za-z0-9]*$/.test(id))) { throw malformed('Statement IDs (SID) must be alpha-numeric.'); }
}

function checkStatement(statement: Statement, kind: PolicyKind): void {
  const unknown = Object.keys(statement).find(name => !ELEMENTS.includes(name));
  if (unknown !== undefined) { throw malformed(`Syntax errors in policy: ${unknown}`); }
  const { Effect, Action, NotAction, Resource, NotResource, Principal, NotPrincipal, Condition = {} } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') { throw malformed(`Invalid effect: ${String(Effect)}`); }
  const actions = single('Action', Action, NotAction) as string[] | undefined;
  if (!actions) { throw malformed('Policy statement must contain actions.'); }
  if (!actions.every(action => /^(\*|[a-z0-9-]+:[A-Za-z0-9*?]+)$/.test(action))) {
    throw malformed('Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.');
  }
  if (kind === 'identity' && !single('Resource', Resource, NotResource)) { throw malformed('Policy statement must contain resources.'); }
  if (kind === 'trust' && (Resource ?? NotResource) !== undefined) { throw malformed('Has prohibited field Resource'); }
  const hasPrincipal = single('Principal', Principal, NotPrincipal) !== undefined;
  if (hasPrincipal !== (kind !== 'identity')) {
    throw malformed(hasPrincipal ? 'Policy document should not specify a principal.' : 'Missing required field Principal');
  }
  for (const operator of Object.keys(Condition)) {
    if (!OPERATOR.test(operator)) { throw malformed(`Invalid Condition type : ${operator}.`); }
  }
}

/** The values of an element, or of its negation; undefined if there are none. A statement has one of the two only. */
function single(name: string, value: unknown, negated: unknown): unknown[] | undefined {
  if (value !== undefined && negated !== undefined) { throw malformed(`Statement/policy already has instance of ${name}`); }
  const given = value ?? negated;
  const values: unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  return values.length === 0 ? undefined : values;
}

/** Principals that may not exist: whole accounts, sessions, unique IDs. */
const OTHER_PRINCIPAL = /^(\*|\d{12}|arn:[^:]+:iam::\d{12}:root|arn:[^:]+:sts::\d{12}:(assumed-role|federated-user)\/.+|A(RO|ID)A[A-Z0-9]+)$/;
const SERVICE = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?$/;

/**
 * AWS refuses a key, bucket or trust policy that names a role or a user that does not exist, or something else that is no principal.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * @see https://github.com/aws-samples/aws-cdk-examples/issues/801
 */
export function checkPrincipals(document: object, iam: PrincipalFinder): void {
  for (const { Principal, NotPrincipal } of statements(document)) {
    const { AWS, Service } = (Principal ?? NotPrincipal ?? {}) as { AWS?: unknown; Service?: unknown };
    const invalid = [
      ...valuesOf(AWS).filter(name => !OTHER_PRINCIPAL.test(name) && !iam.hasRole(name) && !iam.hasUser(name)),
      ...valuesOf(Service).filter(name => !SERVICE.test(name)),
    ];
    if (invalid.length > 0) { throw malformed(`Policy contains a statement with one or more invalid principals: ${invalid.join(', ')}`); }
  }
}

/** @param code the service's own code for a malformed policy */
export function checkResourcePolicy(document: object, iam: PrincipalFinder, code: string): void {
  try {
    checkPolicyDocument(document, 'resource');
    checkPrincipals(document, iam);
  } catch (error) {
    throw new ServiceError(code, (error as Error).message);
  }
}

function malformed(message: string): ServiceError {
  return new ServiceError('MalformedPolicyDocument', message);
}
