import { nameOf, type AuthorizationRequest, type Principal } from './authorization';
import { checkEntity, checkInlinePolicies, checkName, checkTags, checkTrustPolicy, type Tag } from './checks';
import { CredentialStore, DEPLOYER, type Credentials } from './credentials';
import { decide, type Decision, type PrincipalPolicies } from './decision';
import { ManagedPolicies } from './managed-policies';
import { checkPolicyDocument, checkRolePrincipals } from './policy-documents';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Caller } from '../../core';
import { checkLength } from '../../quotas';
import type { DecisionRecord } from '../../wire';
import type { World } from '../../world';

interface Role {
  readonly arn: string;
  trust: object;
  boundary?: string;
  readonly inline: Map<string, object>;
  readonly attached: Set<string>;
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
  private readonly policies = new ManagedPolicies();
  private readonly roles = new Map<string, Role>();

  constructor(private readonly world: Pick<World, 'region' | 'clock'>) {}

  public createRole({ roleName, assumeRolePolicyDocument, permissionsBoundary, path = '/', ...details }: RoleDetails & {
    roleName: string; assumeRolePolicyDocument: object; permissionsBoundary?: string; path?: string;
  }): string {
    checkName('roleName', roleName);
    checkLength('iamPath', 'path', path);
    checkDetails(details);
    if (this.roles.has(roleName)) { throw new ServiceError('EntityAlreadyExists', `Role with name ${roleName} already exists.`, 409); }
    this.checkTrust(assumeRolePolicyDocument);
    this.checkBoundary(permissionsBoundary);
    checkEntity('iamRoles', 'RolesPerAccount', this.roles.size + 1);
    const arn = `arn:aws:iam::${ACCOUNT}:role${path}${roleName}`;
    this.roles.set(roleName, { arn, trust: assumeRolePolicyDocument, boundary: permissionsBoundary, inline: new Map(), attached: new Set() });
    return arn;
  }

  public updateRole(roleName: string, change: RoleDetails & { assumeRolePolicyDocument?: object; permissionsBoundary?: string }): void {
    const role = this.role(roleName);
    checkDetails(change);
    if (change.assumeRolePolicyDocument) {
      this.checkTrust(change.assumeRolePolicyDocument);
      role.trust = change.assumeRolePolicyDocument;
    }
    if ('permissionsBoundary' in change) {
      this.checkBoundary(change.permissionsBoundary);
      role.boundary = change.permissionsBoundary;
    }
  }

  public deleteRole(roleName: string): void {
    const { inline, attached } = this.role(roleName);
    if (inline.size > 0) { throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409); }
    if (attached.size > 0) { throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409); }
    this.roles.delete(roleName);
  }

  public hasRole(roleArn: string): boolean {
    return this.roleByArn(roleArn) !== undefined;
  }

  public putRolePolicy(roleName: string, policyName: string, document: object): void {
    const { inline } = this.role(roleName);
    checkName('policyName', policyName);
    checkPolicyDocument(document);
    checkInlinePolicies(roleName, new Map([...inline, [policyName, document]]).values());
    inline.set(policyName, document);
  }

  public deleteRolePolicy(roleName: string, policyName: string): void {
    if (!this.role(roleName).inline.delete(policyName)) { throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`); }
  }

  public attachRolePolicy(roleName: string, policyArn: string): void {
    const { attached } = this.role(roleName);
    this.policies.get(policyArn);
    checkEntity('iamManagedPoliciesOfRole', 'PoliciesPerRole', new Set([...attached, policyArn]).size);
    attached.add(policyArn);
  }

  public detachRolePolicy(roleName: string, policyArn: string): void {
    if (!this.role(roleName).attached.delete(policyArn)) { throw noSuchEntity(`Policy ${policyArn} was not found.`); }
  }

  public createPolicy(policyName: string, document: object, description?: string): string {
    checkLength('iamDescription', 'description', description);
    return this.policies.create(policyName, document);
  }

  public updatePolicy(policyArn: string, document: object): void {
    this.policies.update(policyArn, document);
  }

  public deletePolicy(policyArn: string): void {
    if ([...this.roles.values()].some(({ attached, boundary }) => attached.has(policyArn) || boundary === policyArn)) {
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
    const named = (arn: string) => ({ name: arn, policy: this.policies.get(arn) });
    if (roleArn) {
      const role = this.roleByArn(roleArn);
      // the sessions of a deleted role have no permissions left
      return role ? {
        identity: [...[...role.inline].map(([name, policy]) => ({ name, policy })), ...[...role.attached].map(named)],
        boundary: role.boundary ? named(role.boundary) : undefined,
      } : { identity: [] };
    }
    if (userArn && userArn !== DEPLOYER.userArn) { throw new NotSupportedError(`the user ${userArn}`); }
    return { identity: userArn ? [{ name: 'AdministratorAccess', policy: ADMINISTRATOR }] : [] };
  }

  private role(roleName: string): Role {
    return found(this.roles.get(roleName), () => noSuchEntity(`The role with name ${roleName} cannot be found.`));
  }

  private roleByArn(arn: string): Role | undefined {
    const role = this.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
    return role?.arn === arn ? role : undefined;
  }

  private checkTrust(document: object): void {
    checkPolicyDocument(document);
    checkTrustPolicy(document);
    checkRolePrincipals(document, this);
  }

  private checkBoundary(policyArn: string | undefined): void {
    if (policyArn) { this.policies.get(policyArn); }
  }
}

function checkDetails({ description, tags }: RoleDetails): void {
  checkLength('iamDescription', 'description', description);
  checkTags(tags);
}

function noSuchEntity(message: string): ServiceError {
  return new ServiceError('NoSuchEntity', message, 404);
}
