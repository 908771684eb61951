import { ServiceError, type World } from '../core';
import type { LambdaService } from '../lambda';
import { TaskError, callService, isIntegration } from './integration';

/** Runs a task as a session of the state machine's role: invokes a function or calls a service. */
export async function runTask(world: World, lambda: LambdaService, roleArn: string, resource: string, input: unknown): Promise<unknown> {
  if (isIntegration(resource)) {
    const credentials = await world.iam.assumeRole({ roleArn, sessionName: 'states', principal: { service: 'states.amazonaws.com' } });
    return callService(world.endpoint, world.region, credentials, resource, input);
  }
  const result = await invoke(world, lambda, roleArn, resource, input);
  const payload: unknown = JSON.parse(result.payload);
  if (result.functionError) {
    throw new TaskError(String((payload as { errorType?: string }).errorType), result.payload);
  }
  return payload;
}

async function invoke(world: World, lambda: LambdaService, roleArn: string, functionName: string, input: unknown) {
  try {
    const { caller } = await world.iam.assumeRole({ roleArn, sessionName: 'states', principal: { service: 'states.amazonaws.com' } });
    return await lambda.invoke({ functionName, payload: JSON.stringify(input), principal: { roleArn, sessionArn: caller.arn } });
  } catch (error) {
    if (error instanceof ServiceError) {
      throw new TaskError(`Lambda.${error.code}`, error.message);
    }
    throw error;
  }
}
