import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { CREATE_ON_DATASET } from './personalize-service';
import { GrantLengths, pack, statementsOf } from './policy-packing';
import { MAX_MANAGED_LENGTH, MAX_MANAGED_POLICIES } from './policy-size';
import { shorterGrants } from './shorter-grants';

/**
 * Lets a role export these datasets, by managed policies: its inline policies have other things to hold, some of which the CDK adds.
 *
 * @param arns of datasets, or patterns for those of a group
 * @returns undefined: there are more than a role can have
 */
export function allowDatasets(scope: Construct, role: iam.IRole, arns: readonly string[]): IDependable | undefined {
  const stack = Stack.of(scope);
  const lengths = new GrantLengths(stack);
  const all = arns.map(resource => ({ kind: 'dataset', statement: CREATE_ON_DATASET, resource, covers: [resource] }) as const);
  for (const grants of shorterGrants(stack, all)) {
    for (let policies = 1; policies <= MAX_MANAGED_POLICIES; policies++) {
      const packed = pack(lengths, grants, Array<number>(policies).fill(MAX_MANAGED_LENGTH));
      if (packed === undefined) { continue; }
      return new DependencyGroup(...packed.map((some, index) => (
        new iam.ManagedPolicy(scope, `DatasetsPolicy${index + 1}`, { roles: [role], statements: statementsOf(some) }))));
    }
  }
  return undefined;
}
