import { CredentialStore, DEPLOYER } from './credentials';
import { decide, type Decision, type PrincipalPolicies } from './decision';
import { checkPolicyDocument, checkRolePrincipals } from './policy-documents';
import { checkTrustPolicy } from './quotas';
import { ManagedPolicies, Roles } from './roles';
import {
  NotSupportedError, ServiceError, type AuthorizationRequest, type Caller, type Clock, type Credentials, type Iam, type RecordedDecision,
} from '../../core';

const ADMINISTRATOR = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** IAM of the one account: roles, policies, sessions, decisions. */
export class IamStore implements Iam {
  public readonly decisions: RecordedDecision[] = [];
  public readonly credentials = new CredentialStore();
  private readonly policies = new ManagedPolicies();
  private readonly roles = new Roles(this.policies);

  constructor(private readonly region: string, private readonly clock: Clock) {}

  public createRole(role: { roleName: string; assumeRolePolicyDocument: object; permissionsBoundary?: string; path?: string }): string {
    checkRolePrincipals(role.assumeRolePolicyDocument, arn => this.hasRole(arn));
    if (role.permissionsBoundary) {
      this.policies.get(role.permissionsBoundary);
    }
    return this.roles.create(role);
  }

  public updateRole(roleName: string, change: { assumeRolePolicyDocument?: object; permissionsBoundary?: string }): void {
    const role = this.roles.get(roleName);
    if (change.assumeRolePolicyDocument) {
      checkPolicyDocument(change.assumeRolePolicyDocument);
      checkTrustPolicy(change.assumeRolePolicyDocument);
      checkRolePrincipals(change.assumeRolePolicyDocument, arn => this.hasRole(arn));
      role.trust = change.assumeRolePolicyDocument;
    }
    if ('permissionsBoundary' in change) {
      if (change.permissionsBoundary) {
        this.policies.get(change.permissionsBoundary);
      }
      role.boundary = change.permissionsBoundary;
    }
  }

  public deleteRole(roleName: string): void {
    this.roles.delete(roleName);
  }

  public hasRole(roleArn: string): boolean {
    return this.roles.byArn(roleArn) !== undefined;
  }

  public putRolePolicy(roleName: string, policyName: string, document: object): void {
    this.roles.putInline(roleName, policyName, document);
  }

  public deleteRolePolicy(roleName: string, policyName: string): void {
    if (!this.roles.get(roleName).inline.delete(policyName)) {
      throw new ServiceError('NoSuchEntity', `The role policy with name ${policyName} cannot be found.`, 404);
    }
  }

  public attachRolePolicy(roleName: string, policyArn: string): void {
    this.roles.attach(roleName, policyArn);
  }

  public detachRolePolicy(roleName: string, policyArn: string): void {
    if (!this.roles.get(roleName).attached.delete(policyArn)) {
      throw new ServiceError('NoSuchEntity', `Policy ${policyArn} was not found.`, 404);
    }
  }

  public createPolicy(policyName: string, document: object): string {
    return this.policies.create(policyName, document);
  }

  public updatePolicy(policyArn: string, document: object): void {
    this.policies.update(policyArn, document);
  }

  public deletePolicy(policyArn: string): void {
    if (this.roles.isAttached(policyArn)) {
      throw new ServiceError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    this.policies.delete(policyArn);
  }

  /** Who holds this access key; undefined for an unknown key. */
  public caller(accessKeyId: string): Caller | undefined {
    return this.credentials.caller(accessKeyId);
  }

  public async isAllowed(request: AuthorizationRequest): Promise<boolean> {
    return (await this.decide(request)).allowed;
  }

  public async authorize(request: AuthorizationRequest): Promise<void> {
    const { allowed, reason } = await this.decide(request);
    if (!allowed) {
      throw new ServiceError('AccessDenied', reason!, 403);
    }
  }

  public async assumeRole(request: {
    roleArn: string; sessionName: string; principal: AuthorizationRequest['principal']; context?: Record<string, string>;
  }): Promise<Credentials> {
    const { roleArn, sessionName, principal, context } = request;
    const role = this.roles.byArn(roleArn);
    if (!role) {
      // as AWS does, which does not tell strangers which roles exist
      const who = principal.sessionArn ?? principal.roleArn ?? principal.userArn ?? principal.service;
      throw new ServiceError('AccessDenied', `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`, 403);
    }
    await this.authorize({
      principal, action: 'sts:AssumeRole', resource: roleArn, context: { 'sts:RoleSessionName': sessionName, ...context }, resourcePolicy: role.trust,
    });
    return this.credentials.issue(roleArn, sessionName);
  }

  protected async decide(request: AuthorizationRequest): Promise<Decision> {
    const decision = await decide(request, this.policiesOf(request.principal), this.region, this.clock.now());
    this.decisions.push({ ...structuredClone(request), allowed: decision.allowed });
    return decision;
  }

  private policiesOf(principal: AuthorizationRequest['principal']): PrincipalPolicies {
    if (principal.roleArn) {
      const role = this.roles.byArn(principal.roleArn);
      // a role that is gone leaves its sessions without permissions
      return role ? {
        identity: this.roles.identityPolicies(role),
        boundary: role.boundary ? { name: role.boundary, policy: this.policies.get(role.boundary) } : undefined,
      } : { identity: [] };
    }
    if (principal.userArn) {
      if (principal.userArn !== DEPLOYER.userArn) {
        throw new NotSupportedError(`the user ${principal.userArn}`);
      }
      return { identity: [{ name: 'AdministratorAccess', policy: ADMINISTRATOR }] };
    }
    return { identity: [] };
  }
}
