import { Stack, aws_iam as iam } from 'aws-cdk-lib';
import { IConstruct, IDependable } from 'constructs';
import { Grant, GrantLengths, statementsOf } from './grants';
import { MAX_MANAGED_LENGTH, MAX_MANAGED_POLICIES, Packing, pack } from './packing';
import { ResourceGrant, allowsMore, shorterGrants } from './shorter-grants';
import { lateDependency } from '../dependencies';

export interface SharedPoliciesProps {
  /** Adds a managed policy to the role. */
  readonly newPolicy: (index: number, document: iam.PolicyDocument) => iam.ManagedPolicy;
  /** How long the role's own policy may be, and how long it may be if the managed policies have no room for the rest. */
  readonly roomInRole: () => number;
  readonly mostRoomInRole: () => number;
  /** Throws. */
  readonly tooLong: () => never;
}

export type NewGrant = Omit<ResourceGrant, 'covers'>;

interface Settled {
  readonly inRole: readonly Grant[];
  /** As many as there are managed policies. */
  readonly managed: readonly (readonly Grant[])[];
  readonly literalHolders: ReadonlyMap<string, IConstruct | undefined>;
}

/**
 * The permissions of a role that share policies. Literal ones, which name no resource of the stack, go into the role's own policy and, if
 * they do not fit, into managed policies. Those bound to resources go into other managed policies.
 *
 * How much the literal ones must be shortened is known only when all of them are added, so the content of the policies is settled at the end
 * of synthesis. Until then, there are as many managed policies as the unshortened ones need.
 */
export class SharedPolicies {
  private readonly literal = new Map<string, ResourceGrant>();
  private readonly bound: Packing<Grant>;
  private readonly boundPolicies = new Map<string, number>();
  private readonly managed: iam.ManagedPolicy[] = [];
  private asTheyAre?: Packing<Grant>;
  /** For which `asTheyAre` was packed. */
  private roomInRole?: number;
  private settled?: Settled;

  constructor(private readonly stack: Stack, private readonly lengths: GrantLengths, private readonly props: SharedPoliciesProps) {
    this.bound = new Packing(lengths, roomInManaged);
  }

  /** @returns the policy that will contain it */
  public addLiteral(grant: NewGrant): IDependable {
    const { resource, statement } = grant;
    const other = this.literal.get(resource);
    if (other === undefined || allowsMore(statement, other.statement)) {
      const added = { ...grant, covers: [resource] };
      this.literal.set(resource, added);
      if (other !== undefined) { this.asTheyAre = undefined; }
      this.asTheyAre?.add(added);
    }
    return lateDependency(() => [this.settle().literalHolders.get(resource)].filter(holder => holder !== undefined));
  }

  /** @returns the policy that will contain it */
  public addBound(grant: NewGrant): IDependable {
    const key = JSON.stringify([grant.statement.actions, grant.resource]);
    if (!this.boundPolicies.has(key)) {
      if (!this.bound.add(grant)) { this.props.tooLong(); }
      this.boundPolicies.set(key, this.bound.policies.length - 1);
    }
    // they are the last of the managed policies
    return lateDependency(() => [this.managed[this.managed.length - this.bound.policies.length + this.boundPolicies.get(key)!]]);
  }

  public statementsOfRole(): iam.PolicyStatement[] {
    return statementsOf(this.settle().inRole);
  }

  /** Call it after adding permissions. */
  public makePolicies(): void {
    this.settled = undefined;
    const roomInRole = this.props.roomInRole();
    if (roomInRole !== this.roomInRole) { this.asTheyAre = undefined; }
    this.roomInRole = roomInRole;
    this.asTheyAre ??= this.packed();
    const needed = this.asTheyAre.policies.length - 1 + this.bound.policies.length;
    while (this.managed.length < Math.min(needed, MAX_MANAGED_POLICIES)) {
      const index = this.managed.length;
      this.managed.push(this.props.newPolicy(index + 1, new LatePolicyDocument(() => statementsOf(this.settle().managed[index]))));
    }
  }

  private packed(): Packing<Grant> {
    const packing = new Packing<Grant>(this.lengths, index => (index === 0 ? this.roomInRole : roomInManaged(index - 1)));
    packing.open();
    for (const grant of this.literal.values()) { packing.add(grant); }
    return packing;
  }

  private settle(): Settled {
    return this.settled ??= this.narrowest();
  }

  private narrowest(): Settled {
    const managed = this.managed.slice(this.bound.policies.length).map(() => MAX_MANAGED_LENGTH);
    const [room, mostRoom] = [this.props.roomInRole(), this.props.mostRoomInRole()];
    for (const grants of shorterGrants(this.stack, [...this.literal.values()])) {
      const policies = pack(this.lengths, grants, [room, ...managed])
        ?? pack(this.lengths, grants, [mostRoom, ...managed]);
      if (policies === undefined) { continue; }
      const [inRole, ...literal] = policies;
      const holders = policies.flatMap((some, index) => some.flatMap(({ covers }) => covers.map(resource => (
        [resource, index === 0 ? undefined : this.managed[index - 1]] as const))));
      return { inRole, managed: [...literal, ...this.bound.policies], literalHolders: new Map(holders) };
    }
    return this.props.tooLong();
  }
}

function roomInManaged(index: number): number | undefined {
  return index < MAX_MANAGED_POLICIES ? MAX_MANAGED_LENGTH : undefined;
}

/** A policy whose statements are known only at the end of synthesis. */
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
