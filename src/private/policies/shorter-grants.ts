import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { Grant } from './grants';
import { MAX_NAME_LENGTH } from '../lengths';

/** A grant whose resource may be a pattern for several. */
export interface ResourceGrant extends Grant {
  readonly kind: 'dataset' | 'job' | 'role' | 'bucket';
  /** The original resources. */
  readonly covers: readonly string[];
}

/** Job names are not cut shorter than this before the datasets of a group are granted together. */
const MIN_NAME_LENGTH = 8;

/**
 * The same grants with shorter and shorter resources: the first that fit are the narrowest.
 *
 * 1. As they are.
 * 2. With the Region in a condition of the statement instead of in each ARN, which allows the same.
 * 3. With the ends of job names replaced by a wildcard, more and more of them.
 * 4. With one pattern for the datasets of a group, if there are several.
 */
export function* shorterGrants(stack: Stack, grants: readonly ResourceGrant[]): Generator<ResourceGrant[]> {
  yield [...grants];
  const short = new ShortForms(stack);
  const regional = merged(grants.map(grant => short.withoutRegion(grant)));
  for (let length = MAX_NAME_LENGTH; length >= MIN_NAME_LENGTH; length--) { yield withNamesCut(regional, length); }
  const grouped = withGroups(regional);
  for (let length = MAX_NAME_LENGTH; length >= 1; length--) { yield withNamesCut(grouped, length); }
}

/** Moves the Region from ARNs to a condition. The account can be a wildcard: a role's policy grants nothing in other accounts by itself. */
class ShortForms {
  private readonly statements = new Map<iam.PolicyStatementProps, iam.PolicyStatementProps>();

  constructor(private readonly stack: Stack) {}

  public withoutRegion(grant: ResourceGrant): ResourceGrant {
    const [arn, , service, , , resource, ...others] = grant.resource.split(':');
    if (grant.kind === 'role' || arn !== 'arn' || service !== 'personalize' || resource === undefined || others.length > 0) { return grant; }
    // no other type of dataset starts with these letters
    const shortType = grant.kind === 'dataset' ? resource.replace(/\/INTERACTIONS$/, '/IN*') : resource;
    return { ...grant, statement: this.inRegion(grant.statement), resource: `arn:*:personalize:*:*:${shortType}` };
  }

  private inRegion(statement: iam.PolicyStatementProps): iam.PolicyStatementProps {
    if (!this.statements.has(statement)) {
      this.statements.set(statement, { ...statement, conditions: { ...statement.conditions, StringEquals: { 'aws:RequestedRegion': this.stack.region } } });
    }
    return this.statements.get(statement)!;
  }
}

function withNamesCut(grants: readonly ResourceGrant[], length: number): ResourceGrant[] {
  return merged(grants.map(grant => {
    const [folder, name = ''] = grant.resource.split(/\/(.*)/);
    // the pattern for all generated names stays as it is
    if (grant.kind !== 'job' || name.endsWith('*')) { return grant; }
    // a token counts as one character, and is not cut
    const characters = name.match(/\$\{Token\[[^\]]*\]\}|./g) ?? [];
    return characters.length > length + 1 ? { ...grant, resource: `${folder}/${characters.slice(0, length).join('')}*` } : grant;
  }));
}

function withGroups(grants: readonly ResourceGrant[]): ResourceGrant[] {
  const groupOf = ({ kind, resource }: ResourceGrant) => (kind === 'dataset' ? /^(.+):dataset\/[^/]+(?=\/[^/]+$)/.exec(resource)?.[0] : undefined);
  const counts = new Map<string, number>();
  for (const grant of grants) {
    const group = groupOf(grant);
    if (group !== undefined) { counts.set(group, (counts.get(group) ?? 0) + 1); }
  }
  return merged(grants.map(grant => {
    const group = groupOf(grant);
    return group !== undefined && counts.get(group)! > 1 ? { ...grant, resource: `${group}/*` } : grant;
  }));
}

/** Merges grants on the same resource. If they differ, as for jobs, the one that allows more wins. */
function merged(grants: readonly ResourceGrant[]): ResourceGrant[] {
  const byResource = new Map<string, ResourceGrant>();
  for (const grant of grants) {
    const other = byResource.get(grant.resource);
    const statement = other && allowsMore(other.statement, grant.statement) ? other.statement : grant.statement;
    byResource.set(grant.resource, { ...grant, statement, covers: [...other?.covers ?? [], ...grant.covers] });
  }
  return [...byResource.values()];
}

export function allowsMore(one: iam.PolicyStatementProps, other: iam.PolicyStatementProps): boolean {
  return one.actions!.length > other.actions!.length;
}
