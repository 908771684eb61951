import { runSimulation } from '@cloud-copilot/iam-simulate';
import { ACCOUNT } from '../../core';

/** Whether there is such an action, and whether it can be on this resource; neither has wildcards. */
export async function actionOn(action: string, resource: string): Promise<'applies' | 'does not apply' | 'unknown'> {
  const request = { principal: `arn:aws:iam::${ACCOUNT}:root`, action, resource: { resource, accountId: ACCOUNT }, contextVariables: {} };
  const policies = { identityPolicies: [], resourcePolicy: undefined, serviceControlPolicies: [], resourceControlPolicies: [] };
  const results = await runSimulation({ request, ...policies }, {});
  if (results.resultType !== 'error') { return 'applies'; }
  return /^invalid\./.test(results.errors.message) ? 'unknown' : 'does not apply';
}
