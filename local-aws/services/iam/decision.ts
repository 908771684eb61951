import { runSimulation, type RequestAnalysis, type RunSimulationResults, type Simulation } from '@cloud-copilot/iam-simulate';
import { nameOf, type AuthorizationRequest } from './authorization';
import { ACCOUNT, NotSupportedError, found } from '../../core';

/** The policies of the principal. */
export interface PrincipalPolicies {
  readonly identity: { name: string; policy: object }[];
  readonly boundary?: { name: string; policy: object };
}

/** The condition keys whose values are never the same again. */
const TIME = /aws:(CurrentTime|EpochTime)/i;

export interface Decision {
  readonly allowed: boolean;
  /** why not, in AWS's words */
  readonly reason?: string;
}

/** The same callers ask for the same again and again, and a decision takes milliseconds. */
const known = new Map<string, Promise<Decision>>();

/** What the simulator cannot evaluate is refused by name, never allowed. */
export async function decide(request: AuthorizationRequest, policies: PrincipalPolicies, region: string, now: number): Promise<Decision> {
  const asked = JSON.stringify([request, policies, region]);
  if (TIME.test(asked)) { return simulate(request, policies, region, now); }
  const decision = known.get(asked) ?? simulate(request, policies, region, now);
  known.set(asked, decision);
  return decision;
}

async function simulate(request: AuthorizationRequest, policies: PrincipalPolicies, region: string, now: number): Promise<Decision> {
  const { action, resource } = request;
  if (resource !== '*' && /[*?]/.test(resource)) {
    // the simulator would allow what is allowed on only some of the resources
    throw new NotSupportedError(`an authorization on a resource with wildcards: ${action} on ${resource}`);
  }
  const { resourcePolicy, context } = withKnownKeys({ resourcePolicy: request.resourcePolicy, context: request.context });
  const { identity, boundary } = withKnownKeys(policies);
  const simulation: Simulation = {
    request: {
      principal: found(nameOf(request.principal), () => new NotSupportedError('an authorization without a principal')),
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: { ...globalContext(request, region, now), ...context },
    },
    identityPolicies: identity,
    permissionBoundaryPolicies: boundary && [boundary],
    resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  const results = await runSimulation(simulation, {});
  if (results.resultType === 'error') { throw new NotSupportedError(`the IAM decision ${action} on ${resource}: ${JSON.stringify(results.errors)}`); }
  const analysis = decisive(results);
  return analysis?.result === 'Allowed' ? { allowed: true } : { allowed: false, reason: wording(request, analysis) };
}

/**
 * The simulator ignores condition keys that AWS's service authorization reference does not list for an action by their full name. Here they
 * stand under names that it takes for any action.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-encryption-context
 * @see https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
 */
function withKnownKeys<T extends object>(part: T): T {
  return JSON.parse(JSON.stringify(part).replace(/"(?=kms:EncryptionContext:|lambda:SourceFunctionArn")/gi, '"aws:PrincipalTag/')) as T;
}

/** For the resource `*`, only statements on `*` count, not those on some resources. */
function decisive(results: Exclude<RunSimulationResults, { resultType: 'error' }>): RequestAnalysis | undefined {
  return results.resultType === 'single'
    ? results.result.analysis
    : results.results.find(({ resourcePattern }) => resourcePattern === '*')?.analysis;
}

/** The condition keys that AWS sets in every request. */
function globalContext({ principal }: AuthorizationRequest, region: string, now: number): Record<string, string> {
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': region,
    'aws:ResourceAccount': ACCOUNT,
    'aws:ViaAWSService': 'false',
    'aws:PrincipalIsAWSService': String(principal.service !== undefined),
    ...(principal.service === undefined
      ? { 'aws:PrincipalArn': principal.roleArn ?? principal.userArn ?? principal.sessionArn ?? '', 'aws:PrincipalAccount': ACCOUNT }
      : { 'aws:PrincipalServiceName': principal.service }),
  };
}

function wording({ principal, action, resource }: AuthorizationRequest, analysis?: RequestAnalysis): string {
  const subject = `${principal.service ? 'Service' : 'User'}: ${nameOf(principal)}`;
  return `${subject} is not authorized to perform: ${action} on resource: ${resource} ${cause(action, analysis)}`;
}

function cause(action: string, analysis?: RequestAnalysis): string {
  if (analysis?.result === 'ExplicitlyDenied') {
    const denying = analysis.identityAnalysis?.result === 'ExplicitlyDenied' ? 'an identity-based policy'
      : analysis.permissionBoundaryAnalysis?.result === 'ExplicitlyDenied' ? 'a permissions boundary'
        : 'a resource-based policy';
    return `with an explicit deny in ${denying}`;
  }
  const missing = analysis?.identityAnalysis?.result !== 'Allowed' ? 'identity-based policy'
    : analysis.permissionBoundaryAnalysis?.result === 'ImplicitlyDenied' ? 'permissions boundary'
      : 'resource-based policy';
  return `because no ${missing} allows the ${action} action`;
}
