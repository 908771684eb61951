import { CfnResource, Stack } from 'aws-cdk-lib';

/** A resource that fails, in the middle of the deployment if told when. Local AWS alone has it. */
export function failingResource(stack: Stack, properties: Record<string, unknown> = {}): CfnResource {
  return new CfnResource(stack, 'Other', { type: 'LocalAws::Test::Failure', properties });
}
