import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { PASS_ROLE } from './personalize-service';
import { EMPTY_POLICY_LENGTH, ROLE_ARN_LENGTH, policyLength } from './policy-size';

/** Of a dataset group or a job. */
const MAX_NAME_LENGTH = 63;

/** A resource in a statement. Grants with the very same statement share it where they are in the same policy. */
export interface Grant {
  readonly statement: iam.PolicyStatementProps;
  readonly resource: string;
}

/** How long grants are in a policy, at most as far as can be known. Each text is looked at once. */
export class GrantLengths {
  private readonly statements = new Map<iam.PolicyStatementProps, number>();
  private readonly resources = new Map<string, number>();
  private readonly datasetArnLength: number;

  constructor(private readonly stack: Stack) {
    this.datasetArnLength = this.textLength(stack.formatArn({ service: 'personalize', resource: 'dataset', resourceName: `${'x'.repeat(MAX_NAME_LENGTH)}/INTERACTIONS` }));
  }

  /** Of the statement without resources, and its comma. */
  public ofStatement(statement: iam.PolicyStatementProps): number {
    return remembered(this.statements, statement, () => (
      policyLength(this.stack, new iam.PolicyStatement({ ...statement, resources: ['x'] }).toStatementJson()) + ','.length));
  }

  /** Of the resource in the list of a statement, and its comma. */
  public ofResource({ statement, resource }: Grant): number {
    return remembered(this.resources, resource, () => '"",'.length + (statement.actions === PASS_ROLE.actions
      ? this.textLength(resource, ROLE_ARN_LENGTH)
      : this.arnLength(resource)));
  }

  /** Names are no longer than Personalize allows, whatever they are made of. */
  private arnLength(resource: string): number {
    const [, upToName, names] = /^(.*:(?:dataset|dataset-export-job)\/)(.*)$/.exec(resource) ?? [];
    return upToName === undefined ? this.textLength(resource, this.datasetArnLength)
      : this.textLength(upToName) + names.split('/').reduce((sum, name) => sum + '/'.length + Math.min(this.textLength(name), MAX_NAME_LENGTH), -'/'.length);
  }

  private textLength(text: string, unknown?: number): number {
    return policyLength(this.stack, text, unknown) - '""'.length;
  }
}

function remembered<K>(lengths: Map<K, number>, key: K, length: () => number): number {
  let value = lengths.get(key);
  if (value === undefined) { lengths.set(key, value = length()); }
  return value;
}

/** Grants in policies, one after the other: each in the last policy as long as that has room. */
export class Packing<G extends Grant> {
  public readonly policies: G[][] = [];
  private statements = new Set<iam.PolicyStatementProps>();
  private length = 0;

  /** @param room how long the policy of this index may be; undefined: there is none */
  constructor(private readonly lengths: GrantLengths, private readonly room: (index: number) => number | undefined) {}

  /** @returns whether there was room */
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

  /** Goes on with another policy. */
  public open(): void {
    this.policies.push([]);
    this.statements = new Set();
    this.length = EMPTY_POLICY_LENGTH;
  }

  private lengthOf(grant: G): number {
    return this.lengths.ofResource(grant) + (this.statements.has(grant.statement) ? 0 : this.lengths.ofStatement(grant.statement));
  }
}

/** @returns the grants in policies of this many characters, none of which is empty but perhaps the first; undefined: they do not fit */
export function pack<G extends Grant>(lengths: GrantLengths, grants: readonly G[], rooms: readonly number[]): G[][] | undefined {
  // the first one is the role, which has more in it
  if (grants.length < rooms.length - 1) { return undefined; }
  const packing = new Packing<G>(lengths, index => rooms[index]);
  packing.open();
  for (const [index, grant] of grants.entries()) {
    while (grants.length - index <= rooms.length - packing.policies.length) { packing.open(); }
    if (!packing.add(grant)) { return undefined; }
  }
  return packing.policies;
}

export function statementsOf(grants: readonly Grant[]): iam.PolicyStatement[] {
  const statements = new Map<iam.PolicyStatementProps, iam.PolicyStatement>();
  for (const { statement, resource } of grants) {
    if (!statements.has(statement)) { statements.set(statement, new iam.PolicyStatement(statement)); }
    statements.get(statement)!.addResources(resource);
  }
  return [...statements.values()];
}

/** A policy whose statements are known only at the end of the synthesis. */
export class LatePolicyDocument extends iam.PolicyDocument {
  constructor(private readonly late: () => iam.PolicyStatement[]) {
    super();
  }

  public override get isEmpty(): boolean {
    return false;
  }

  public override resolve(context: Parameters<iam.PolicyDocument['resolve']>[0]): any {
    return new iam.PolicyDocument({ statements: this.late() }).resolve(context);
  }
}
