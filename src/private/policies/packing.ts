import { aws_iam as iam } from 'aws-cdk-lib';
import { Grant, GrantLengths } from './grants';

/**
 * What IAM allows a role, in characters without white space: for all its inline policies together, and for each managed policy.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export const MAX_INLINE_LENGTH = 10_240;
export const MAX_MANAGED_LENGTH = 6_144;
export const MAX_MANAGED_POLICIES = 10;

export const EMPTY_POLICY_LENGTH = JSON.stringify({ Version: '2012-10-17', Statement: [] }).length;

/** Distributes grants among policies: each goes into the last policy, or into a new one if that is full. */
export class Packing<G extends Grant> {
  public readonly policies: G[][] = [];
  private statements = new Set<iam.PolicyStatementProps>();
  private length = 0;

  /** @param room the length that the policy with this index may have; undefined if there must be no such policy */
  constructor(private readonly lengths: GrantLengths, private readonly room: (index: number) => number | undefined) {}

  /** @returns false if there is no room */
  public add(grant: G): boolean {
    if (this.policies.length === 0) { this.open(); }
    while (this.length + this.lengthOf(grant) > (this.room(this.policies.length - 1) ?? 0)) {
      if (this.room(this.policies.length) === undefined) { return false; }
      this.open();
    }
    this.length += this.lengthOf(grant);
    this.statements.add(grant.statement);
    this.policies[this.policies.length - 1].push(grant);
    return true;
  }

  /** Starts a new policy. */
  public open(): void {
    this.policies.push([]);
    this.statements = new Set();
    this.length = EMPTY_POLICY_LENGTH;
  }

  private lengthOf(grant: G): number {
    return this.lengths.ofResource(grant) + (this.statements.has(grant.statement) ? 0 : this.lengths.ofStatement(grant.statement));
  }
}

/**
 * Distributes grants among policies of these lengths. Only the first one may be empty: it is the role's own, which has other statements, too.
 *
 * @returns undefined if they do not fit
 */
export function pack<G extends Grant>(lengths: GrantLengths, grants: readonly G[], rooms: readonly number[]): G[][] | undefined {
  if (grants.length < rooms.length - 1) { return undefined; }
  const packing = new Packing<G>(lengths, index => rooms[index]);
  packing.open();
  for (const [index, grant] of grants.entries()) {
    while (grants.length - index <= rooms.length - packing.policies.length) { packing.open(); }
    if (!packing.add(grant)) { return undefined; }
  }
  return packing.policies;
}
