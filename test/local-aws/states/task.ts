import { ServiceError, type World } from '../core';
import type { LambdaService } from '../lambda';

/** An error as the definition's Retry and Catch see it: the name is `Error`, the message is `Cause`. */
class TaskError extends Error {
  constructor(error: string, cause: string) {
    super(cause);
    this.name = error;
  }
}

/** Runs a task: invokes the function as a session of the state machine's role. */
export async function runTask(world: World, lambda: LambdaService, roleArn: string, functionName: string, input: unknown): Promise<unknown> {
  const result = await invoke(world, lambda, roleArn, functionName, input);
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
