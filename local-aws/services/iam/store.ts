import { nameOf, type AuthorizationRequest, type Principal } from './authorization';
import { checkDescription, checkEntity, checkInlinePolicies, checkName, checkTags, checkTrustPolicy, type Tag } from './checks';
import { CredentialStore, DEPLOYER, type Credentials } from './credentials';
import { decide, type Decision, type PrincipalPolicies } from './decision';
import { ManagedPolicies } from './managed-policies';
import { checkPolicyDocument, checkPrincipals } from './policy-documents';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Caller } from '../../core';
import { Eventual } from '../../eventual';
import { checkLength } from '../../quotas';
import type { DecisionRecord } from '../../wire';
import type { World } from '../../world';

interface Role {
  readonly arn: string;
  readonly trust: object;
  readonly boundary?: string;
  readonly inline: ReadonlyMap<string, object>;
  readonly attached: ReadonlySet<string>;
}

/** What is checked and has no effect. */
interface RoleDetails {
  readonly description?: string;
  readonly tags?: readonly Tag[];
}

const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** IAM of the account: roles, policies, role sessions and decisions. */
export class IamStore {
  public readonly decisions: DecisionRecord[] = [];
  private readonly credentials = new CredentialStore();
  private readonly policies: ManagedPolicies;
  /** by name */
  private readonly roles = new Map<string, Eventual<Role>>();

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'profile'>) {
    this.policies = new ManagedPolicies(world.clock, world.profile.iamSeconds);
  }

  public createRole({ roleName, assumeRolePolicyDocument, permissionsBoundary, path = '/', ...details }: RoleDetails & {
    roleName: string; assumeRolePolicyDocument: object; permissionsBoundary?: string; path?: string;
  }): string {
    checkName('roleName', roleName);
    checkLength('iamPath', 'path', path);
    checkDetails(details);
    if (this.roles.get(roleName)?.latest) { throw new ServiceError('EntityAlreadyExists', `Role with name ${roleName} already exists.`, 409); }
    this.checkTrust(assumeRolePolicyDocument);
    this.checkBoundary(permissionsBoundary);
    checkEntity('iamRoles', 'RolesPerAccount', [...this.roles.values()].filter(({ latest }) => latest).length + 1);
    const arn = `arn:aws:iam::${ACCOUNT}:role${path}${roleName}`;
    this.set(roleName, { arn, trust: assumeRolePolicyDocument, boundary: permissionsBoundary, inline: new Map(), attached: new Set() });
    return arn;
  }

  public updateRole(roleName: string, change: RoleDetails & { assumeRolePolicyDocument?: object; permissionsBoundary?: string }): void {
    const role = this.role(roleName);
    checkDetails(change);
    if (change.assumeRolePolicyDocument) { this.checkTrust(change.assumeRolePolicyDocument); }
    this.checkBoundary(change.permissionsBoundary);
    this.set(roleName, {
      ...role,
      trust: change.assumeRolePolicyDocument ?? role.trust,
      boundary: 'permissionsBoundary' in change ? change.permissionsBoundary : role.boundary,
    });
  }

  public deleteRole(roleName: string): void {
    const { inline, attached } = this.role(roleName);
    if (inline.size > 0) { throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409); }
    if (attached.size > 0) { throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409); }
    this.set(roleName, undefined);
  }

  public hasRole(roleArn: string): boolean {
    return this.eventual(roleArn)?.latest?.arn === roleArn;
  }

  public hasUser(userArn: string): boolean {
    return userArn === DEPLOYER.userArn;
  }

  public putRolePolicy(roleName: string, policyName: string, document: object): void {
    const role = this.role(roleName);
    checkName('policyName', policyName);
    checkPolicyDocument(document, 'identity');
    const inline = new Map([...role.inline, [policyName, document]]);
    checkInlinePolicies(roleName, inline.values());
    this.set(roleName, { ...role, inline });
  }

  public deleteRolePolicy(roleName: string, policyName: string): void {
    const role = this.role(roleName);
    const inline = new Map(role.inline);
    if (!inline.delete(policyName)) { throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`); }
    this.set(roleName, { ...role, inline });
  }

  public attachRolePolicy(roleName: string, policyArn: string): void {
    const role = this.role(roleName);
    this.policies.get(policyArn);
    const attached = new Set([...role.attached, policyArn]);
    checkEntity('iamManagedPoliciesOfRole', 'PoliciesPerRole', attached.size);
    this.set(roleName, { ...role, attached });
  }

  public detachRolePolicy(roleName: string, policyArn: string): void {
    const role = this.role(roleName);
    const attached = new Set(role.attached);
    if (!attached.delete(policyArn)) { throw noSuchEntity(`Policy ${policyArn} was not found.`); }
    this.set(roleName, { ...role, attached });
  }

  public createPolicy(policyName: string, document: object, description?: string): string {
    checkLength('iamDescription', 'description', description);
    return this.policies.create(policyName, document);
  }

  public updatePolicy(policyArn: string, document: object): void {
    this.policies.update(policyArn, document);
  }

  public deletePolicy(policyArn: string): void {
    if ([...this.roles.values()].some(({ latest }) => latest?.attached.has(policyArn) || latest?.boundary === policyArn)) {
      throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    this.policies.delete(policyArn);
  }

  /** Who holds this access key; undefined for an unknown one. */
  public caller(accessKeyId: string): Caller | undefined {
    return this.credentials.caller(accessKeyId);
  }

  /** Throws only if the decision cannot be made. */
  public async isAllowed(request: AuthorizationRequest): Promise<boolean> {
    return (await this.decide(request)).allowed;
  }

  /** Throws AccessDenied, in AWS's words, unless it is allowed. */
  public async authorize(request: AuthorizationRequest): Promise<void> {
    const { allowed, reason } = await this.decide(request);
    if (!allowed) { throw new ServiceError('AccessDenied', reason!, 403); }
  }

  /** Credentials of a role session, if the role's trust policy allows the principal to assume it. */
  public async assumeRole({ roleArn, sessionName, principal, context }: {
    roleArn: string; sessionName: string; principal: Principal; context?: Record<string, string>;
  }): Promise<Credentials> {
    // AWS does not tell whether the role exists
    const role = found(this.roleByArn(roleArn), () => (
      new ServiceError('AccessDenied', `User: ${nameOf(principal)} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, 403)));
    await this.authorize({
      principal, action: 'sts:AssumeRole', resource: roleArn, context: { 'sts:RoleSessionName': sessionName, ...context }, resourcePolicy: role.trust,
    });
    return this.credentials.issue(roleArn, sessionName);
  }

  private decide(request: AuthorizationRequest): Promise<Decision> {
    const { region, clock } = this.world;
    // the simulator reads files, which takes real time
    return clock.work(async () => {
      const decision = await decide(request, this.policiesOf(request.principal), region, clock.now());
      this.decisions.push({ ...structuredClone(request), allowed: decision.allowed });
      return decision;
    });
  }

  private policiesOf({ roleArn, userArn }: Principal): PrincipalPolicies {
    const named = (arn: string) => this.policies.inEffect(arn).map(policy => ({ name: arn, policy }));
    if (roleArn) {
      const role = this.roleByArn(roleArn);
      // the sessions of a deleted role have no permissions left
      return role ? {
        identity: [...[...role.inline].map(([name, policy]) => ({ name, policy })), ...[...role.attached].flatMap(named)],
        boundary: role.boundary ? { name: role.boundary, policy: this.policies.get(role.boundary) } : undefined,
      } : { identity: [] };
    }
    if (userArn && userArn !== DEPLOYER.userArn) { throw new NotSupportedError(`the user ${userArn}`); }
    return { identity: userArn ? [{ name: 'AdministratorAccess', policy: ADMINISTRATOR }] : [] };
  }

  private role(roleName: string): Role {
    return found(this.roles.get(roleName)?.latest, () => noSuchEntity(`The role with name ${roleName} cannot be found.`));
  }

  /** As others see it. */
  private roleByArn(arn: string): Role | undefined {
    const role = this.eventual(arn)?.inEffect;
    return role?.arn === arn ? role : undefined;
  }

  private eventual(arn: string): Eventual<Role> | undefined {
    return this.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  }

  private set(roleName: string, role: Role | undefined): void {
    const eventual = this.roles.get(roleName) ?? new Eventual(this.world.clock, this.world.profile.iamSeconds);
    eventual.set(role);
    this.roles.set(roleName, eventual);
  }

  private checkTrust(document: object): void {
    checkPolicyDocument(document, 'trust');
    checkTrustPolicy(document);
    checkPrincipals(document, this);
  }

  private checkBoundary(policyArn: string | undefined): void {
    if (policyArn) { this.policies.get(policyArn); }
  }
}

function checkDetails({ description, tags }: RoleDetails): void {
  checkLength('iamDescription', 'description', description);
  checkDescription(description);
  checkTags(tags);
}

function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, 404);
}
