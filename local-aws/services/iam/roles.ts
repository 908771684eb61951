import { awsManagedPolicy, isAwsManaged } from './managed-policies';
import { checkPolicyDocument } from './policy-documents';
import { QUOTAS, checkInlinePolicies, checkManagedPolicy, checkName, checkQuota, checkTrustPolicy } from './quotas';
import { ACCOUNT, ServiceError } from '../../core';

export interface Role {
  readonly arn: string;
  readonly name: string;
  trust: object;
  boundary?: string;
  readonly inline: Map<string, object>;
  readonly attached: Set<string>;
}

/** Roles by name. */
export class Roles {
  private readonly byName = new Map<string, Role>();

  constructor(private readonly policies: ManagedPolicies) {}

  public create(request: { roleName: string; assumeRolePolicyDocument: object; permissionsBoundary?: string; path?: string }): string {
    const { roleName, path = '/' } = request;
    checkName('roleName', roleName);
    if (this.byName.has(roleName)) {
      throw new ServiceError('EntityAlreadyExists', `Role with name ${roleName} already exists.`, 409);
    }
    checkPolicyDocument(request.assumeRolePolicyDocument);
    checkTrustPolicy(request.assumeRolePolicyDocument);
    checkQuota('RolesPerAccount', this.byName.size + 1, QUOTAS.rolesPerAccount);
    const arn = `arn:aws:iam::${ACCOUNT}:role${path}${roleName}`;
    this.byName.set(roleName, {
      arn,
      name: roleName,
      trust: request.assumeRolePolicyDocument,
      boundary: request.permissionsBoundary,
      inline: new Map(),
      attached: new Set(),
    });
    return arn;
  }

  public delete(roleName: string): void {
    const role = this.get(roleName);
    if (role.inline.size > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete entity, must delete policies first.', 409);
    }
    if (role.attached.size > 0) {
      throw new ServiceError('DeleteConflict', 'Cannot delete entity, must detach all policies first.', 409);
    }
    this.byName.delete(roleName);
  }

  public putInline(roleName: string, policyName: string, document: object): void {
    const { inline } = this.get(roleName);
    checkName('policyName', policyName);
    checkPolicyDocument(document);
    checkInlinePolicies(roleName, new Map([...inline, [policyName, document]]).values());
    inline.set(policyName, document);
  }

  public attach(roleName: string, policyArn: string): void {
    const { attached } = this.get(roleName);
    this.policies.get(policyArn);
    checkQuota('PoliciesPerRole', new Set([...attached, policyArn]).size, QUOTAS.managedPoliciesPerRole);
    attached.add(policyArn);
  }

  public get(roleName: string): Role {
    const role = this.byName.get(roleName);
    if (!role) {
      throw new ServiceError('NoSuchEntity', `The role with name ${roleName} cannot be found.`, 404);
    }
    return role;
  }

  public byArn(arn: string): Role | undefined {
    const role = this.byName.get(arn.slice(arn.lastIndexOf('/') + 1));
    return role?.arn === arn ? role : undefined;
  }

  /** Whether a managed policy is still attached somewhere. */
  public isAttached(policyArn: string): boolean {
    return [...this.byName.values()].some(role => role.attached.has(policyArn) || role.boundary === policyArn);
  }

  /** All policies that say what the role may do. */
  public identityPolicies(role: Role): { name: string; policy: object }[] {
    return [
      ...[...role.inline].map(([name, policy]) => ({ name, policy })),
      ...[...role.attached].map(arn => ({ name: arn, policy: this.policies.get(arn) })),
    ];
  }
}

/** The account's own managed policies, by ARN, and the few AWS managed ones. */
export class ManagedPolicies {
  private readonly byArn = new Map<string, object>();

  public create(policyName: string, document: object): string {
    checkName('policyName', policyName);
    const arn = `arn:aws:iam::${ACCOUNT}:policy/${policyName}`;
    if (this.byArn.has(arn)) {
      throw new ServiceError('EntityAlreadyExists', `A policy called ${policyName} already exists. Duplicate names are not allowed.`, 409);
    }
    checkPolicyDocument(document);
    checkManagedPolicy(document);
    checkQuota('PoliciesPerAccount', this.byArn.size + 1, QUOTAS.managedPoliciesPerAccount);
    this.byArn.set(arn, document);
    return arn;
  }

  public update(arn: string, document: object): void {
    this.get(arn);
    checkPolicyDocument(document);
    checkManagedPolicy(document);
    this.byArn.set(arn, document);
  }

  public delete(arn: string): void {
    this.get(arn);
    this.byArn.delete(arn);
  }

  public get(arn: string): object {
    if (isAwsManaged(arn)) {
      return awsManagedPolicy(arn);
    }
    const document = this.byArn.get(arn);
    if (!document) {
      throw new ServiceError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
    }
    return document;
  }
}
