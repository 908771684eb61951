import { CfnResource, Stack } from 'aws-cdk-lib';

/** A resource of local AWS that fails, by default when it is created; `properties` say otherwise. */
export function failingResource(stack: Stack, properties: Record<string, unknown> = {}): CfnResource {
  return new CfnResource(stack, 'Other', { type: 'LocalAws::Test::Failure', properties });
}
