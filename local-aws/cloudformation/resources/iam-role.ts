import type { Properties, ResourceContext, ResourceType } from './resource-type';
import { document, refuseOtherMembers, text, texts } from './values';
import { randomSuffix, physicalName } from '../engine/names';

export const role: ResourceType = {
  properties: {
    RoleName: 'replace',
    Path: 'replace',
    AssumeRolePolicyDocument: 'update',
    PermissionsBoundary: 'update',
    ManagedPolicyArns: 'update',
    Policies: 'update',
    Description: 'update',
    MaxSessionDuration: 'update',
    Tags: 'update',
  },
  required: ['AssumeRolePolicyDocument'],
  create(properties, context) {
    const { iam } = context.world;
    const roleName = text(properties, 'RoleName') ?? physicalName(context.stack.name, context.logicalId);
    const arn = iam.createRole({
      roleName,
      path: text(properties, 'Path'),
      permissionsBoundary: text(properties, 'PermissionsBoundary'),
      assumeRolePolicyDocument: document(properties.AssumeRolePolicyDocument),
    });
    try {
      putPolicies(roleName, {}, properties, context);
    } catch (error) {
      // a role that was not completed is nobody's
      removePolicies(roleName, properties, context);
      iam.deleteRole(roleName);
      throw error;
    }
    return { physicalId: roleName, attributes: { Arn: arn, RoleId: `AROA${randomSuffix(16)}` } };
  },
  update(properties, existing, context) {
    context.world.iam.updateRole(existing.physicalId, {
      assumeRolePolicyDocument: document(properties.AssumeRolePolicyDocument), permissionsBoundary: text(properties, 'PermissionsBoundary'),
    });
    putPolicies(existing.physicalId, existing.properties, properties, context);
    return existing;
  },
  delete({ physicalId, properties }, context) {
    removePolicies(physicalId, properties, context);
    context.world.iam.deleteRole(physicalId);
  },
};

function putPolicies(roleName: string, before: Properties, after: Properties, { world: { iam } }: ResourceContext): void {
  const attached = texts(after, 'ManagedPolicyArns');
  texts(before, 'ManagedPolicyArns').filter(arn => !attached.includes(arn)).forEach(arn => iam.detachRolePolicy(roleName, arn));
  attached.filter(arn => !texts(before, 'ManagedPolicyArns').includes(arn)).forEach(arn => iam.attachRolePolicy(roleName, arn));
  const inline = inlinePolicies(after);
  [...inlinePolicies(before).keys()].filter(name => !inline.has(name)).forEach(name => iam.deleteRolePolicy(roleName, name));
  inline.forEach((policy, name) => iam.putRolePolicy(roleName, name, policy));
}

/** Takes away what there is of the role's own policies; after a failed create that may not be all of them. */
function removePolicies(roleName: string, properties: Properties, { world: { iam } }: ResourceContext): void {
  const removals = [
    ...texts(properties, 'ManagedPolicyArns').map(arn => () => iam.detachRolePolicy(roleName, arn)),
    ...[...inlinePolicies(properties).keys()].map(name => () => iam.deleteRolePolicy(roleName, name)),
  ];
  for (const remove of removals) {
    try {
      remove();
    } catch (error) {
      if ((error as Error).name !== 'NoSuchEntity') {
        throw error;
      }
    }
  }
}

function inlinePolicies({ Policies = [] }: Properties): Map<string, object> {
  return new Map((Policies as { PolicyName: string; PolicyDocument: object }[]).map(policy => {
    refuseOtherMembers(policy, ['PolicyName', 'PolicyDocument'], 'Policies');
    return [policy.PolicyName, document(policy.PolicyDocument)];
  }));
}
