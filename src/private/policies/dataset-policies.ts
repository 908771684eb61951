import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Construct, DependencyGroup, IDependable } from 'constructs';
import { CREATE_ON_DATASET, GrantLengths, statementsOf } from './grants';
import { MAX_MANAGED_LENGTH, MAX_MANAGED_POLICIES, pack } from './packing';
import { shorterGrants } from './shorter-grants';

/** Permissions of a state machine's role to export datasets, given as ARNs or as patterns for the datasets of a group. */

/** By its estimate of their length, the CDK does not split statements of this size. */
export const DATASETS_PER_STATEMENT = 20;

/** For the role's default policy: when it is full, the CDK moves whole statements to further policies. */
export function datasetStatements(arns: readonly string[]): iam.PolicyStatement[] {
  return Array.from({ length: Math.ceil(arns.length / DATASETS_PER_STATEMENT) }, (_, index) => new iam.PolicyStatement({
    ...CREATE_ON_DATASET, resources: arns.slice(index * DATASETS_PER_STATEMENT, (index + 1) * DATASETS_PER_STATEMENT),
  }));
}

/**
 * In managed policies: the CDK adds to the inline ones, which need their room.
 *
 * @returns undefined if the quotas of a role do not suffice
 */
export function datasetPolicies(scope: Construct, role: iam.IRole, arns: readonly string[]): IDependable | undefined {
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
