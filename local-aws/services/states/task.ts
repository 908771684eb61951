import { ACCOUNT, ServiceError, type Credentials, type World } from '../../core';
import type { LambdaService } from '../lambda';
import { StateFailure } from './failures';
import { callService, isIntegration } from './integration';

interface Machine {
  readonly arn: string;
  readonly roleArn: string;
}

/**
 * A session of the state machine's role, with the context that guards against a confused deputy.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html
 */
export async function assumeRoleOf({ arn, roleArn }: Machine, world: World): Promise<Credentials> {
  return world.iam.assumeRole({
    roleArn,
    sessionName: 'states',
    principal: { service: 'states.amazonaws.com' },
    context: { 'aws:SourceAccount': ACCOUNT, 'aws:SourceArn': arn },
  });
}

/** Runs a task as a session of the state machine's role: invokes a function or calls a service. */
export async function runTask(world: World, lambda: LambdaService, machine: Machine, resource: string, input: unknown): Promise<unknown> {
  if (isIntegration(resource)) {
    return callService(world.endpoint, world.region, await assumeRoleOf(machine, world), resource, input);
  }
  const result = await invoke(world, lambda, machine, resource, input);
  const payload: unknown = JSON.parse(result.payload);
  if (result.functionError) {
    throw new StateFailure(String((payload as { errorType?: string }).errorType), result.payload);
  }
  return payload;
}

async function invoke(world: World, lambda: LambdaService, machine: Machine, functionName: string, input: unknown) {
  try {
    const { caller } = await assumeRoleOf(machine, world);
    return await lambda.invoke({ functionName, payload: JSON.stringify(input), principal: { roleArn: machine.roleArn, sessionArn: caller.arn } });
  } catch (error) {
    if (error instanceof ServiceError) {
      throw new StateFailure(`Lambda.${error.code}`, error.message);
    }
    throw error;
  }
}
