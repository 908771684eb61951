import { runSimulation, type RequestAnalysis, type RunSimulationResults, type Simulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT, NotSupportedError, type AuthorizationRequest } from '../../core';

/** The policies of whoever asks. */
export interface PrincipalPolicies {
  readonly identity: { name: string; policy: object }[];
  readonly boundary?: { name: string; policy: object };
}

export interface Decision {
  readonly allowed: boolean;
  /** in AWS's words, why not */
  readonly reason?: string;
}

/** Decides one request by the policies given. What the simulator cannot evaluate is refused by name, never allowed. */
export async function decide(request: AuthorizationRequest, policies: PrincipalPolicies, region: string, now: number): Promise<Decision> {
  const { action, resource } = request;
  if (resource !== '*' && /[*?]/.test(resource)) {
    // the simulator would take it for "some resource like this" and allow what is only allowed for some of them
    throw new NotSupportedError(`an authorization on a resource with wildcards: ${action} on ${resource}`);
  }
  const simulation: Simulation = {
    request: {
      principal: simulatedPrincipal(request),
      action,
      resource: { resource, accountId: ACCOUNT },
      contextVariables: { ...globalContext(request, region, now), ...request.context },
    },
    identityPolicies: policies.identity,
    permissionBoundaryPolicies: policies.boundary && [policies.boundary],
    resourcePolicy: request.resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  };
  const results = await runSimulation(simulation, {});
  if (results.resultType === 'error') {
    throw new NotSupportedError(`the IAM decision ${action} on ${resource}: ${JSON.stringify(results.errors)}`);
  }
  const analysis = decisive(results);
  return analysis?.result === 'Allowed' ? { allowed: true } : { allowed: false, reason: wording(request, analysis) };
}

/** Without wildcards there is one analysis. For `*` it must be a statement for `*` that allows: not one for some resources only. */
function decisive(results: Exclude<RunSimulationResults, { resultType: 'error' }>): RequestAnalysis | undefined {
  return results.resultType === 'single'
    ? results.result.analysis
    : results.results.find(({ resourcePattern }) => resourcePattern === '*')?.analysis;
}

function simulatedPrincipal({ principal }: AuthorizationRequest): string {
  const named = principal.sessionArn ?? principal.roleArn ?? principal.userArn ?? principal.service;
  if (!named) {
    throw new NotSupportedError('an authorization without a principal');
  }
  return named;
}

/** What AWS puts into every request's context by itself. */
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
  const who = principal.sessionArn ?? principal.roleArn ?? principal.userArn;
  const subject = who ? `User: ${who}` : `Service: ${principal.service}`;
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
