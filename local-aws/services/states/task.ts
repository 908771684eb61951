import { StateFailure } from './failures';
import { callService, isIntegration } from './integration';
import type { StatesWorld } from './store';
import { ACCOUNT, ServiceError } from '../../core';
import type { World } from '../../world';
import type { Credentials } from '../iam/credentials';

interface Machine {
  readonly arn: string;
  readonly roleArn: string;
}

/**
 * A session of the state machine's role, with the context that policies use against the confused deputy problem.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
 */
export async function assumeRoleOf({ arn, roleArn }: Machine, iam: World['iam']): Promise<Credentials> {
  return iam.assumeRole({
    roleArn,
    sessionName: 'states',
    principal: { service: 'states.amazonaws.com' },
    context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arn },
  });
}

/** Invokes a function or calls a service, as a session of the state machine's role. */
export async function runTask(
  { region, endpoint, clock, callers, iam, lambda }: StatesWorld, machine: Machine, resource: string, input: unknown,
): Promise<unknown> {
  if (isIntegration(resource)) {
    const credentials = await assumeRoleOf(machine, iam);
    return clock.work(work => callers.presentWith(credentials.accessKeyId, work, () => callService(endpoint, region, credentials, resource, input)));
  }
  const result = await invoke({ iam, lambda }, machine, resource, input);
  const payload: unknown = JSON.parse(result.payload);
  if (result.functionError) { throw new StateFailure(String((payload as { errorType?: string }).errorType), result.payload); }
  return payload;
}

async function invoke({ iam, lambda }: Pick<World, 'iam' | 'lambda'>, machine: Machine, functionName: string, input: unknown) {
  try {
    const { caller } = await assumeRoleOf(machine, iam);
    return await lambda.invoke({ functionName, payload: JSON.stringify(input), principal: { roleArn: machine.roleArn, sessionArn: caller.arn } });
  } catch (error) {
    throw error instanceof ServiceError ? new StateFailure(`Lambda.${error.code}`, error.message) : error;
  }
}
