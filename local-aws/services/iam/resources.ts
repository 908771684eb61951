import type { Tag } from './checks';
import {
  physicalName, randomSuffix, document, refuseOtherMembers, text, texts, type Properties, type ResourceContext, type ResourceTypes,
} from '../../cloudformation/resource-type';
import { NotSupportedError } from '../../core';
import { quota } from '../../quotas';

export const iamResources: ResourceTypes = {
  'AWS::IAM::Role': {
    properties: [
      'RoleName', 'Path', 'AssumeRolePolicyDocument', 'PermissionsBoundary', 'ManagedPolicyArns', 'Policies', 'Description',
      'MaxSessionDuration', 'Tags',
    ],
    create(properties, context) {
      const { iam } = context.world;
      const roleName = text(properties, 'RoleName') ?? physicalName(context);
      const arn = iam.createRole({
        roleName,
        path: text(properties, 'Path'),
        ...details(properties),
        permissionsBoundary: text(properties, 'PermissionsBoundary'),
        assumeRolePolicyDocument: document(properties.AssumeRolePolicyDocument),
      });
      try {
        putPolicies(roleName, {}, properties, context);
      } catch (error) {
        removePolicies(roleName, properties, context);
        iam.deleteRole(roleName);
        throw error;
      }
      return { physicalId: roleName, attributes: { Arn: arn, RoleId: `AROA${randomSuffix(16)}` } };
    },
    update(properties, existing, context) {
      context.world.iam.updateRole(existing.physicalId, {
        assumeRolePolicyDocument: document(properties.AssumeRolePolicyDocument),
        permissionsBoundary: text(properties, 'PermissionsBoundary'),
        ...details(properties),
      });
      putPolicies(existing.physicalId, existing.properties, properties, context);
    },
    delete({ physicalId, properties }, context) {
      removePolicies(physicalId, properties, context);
      context.world.iam.deleteRole(physicalId);
    },
  },

  /** An inline policy of roles. */
  'AWS::IAM::Policy': {
    properties: ['PolicyName', 'PolicyDocument', 'Roles'],
    create(properties, { world: { iam }, stack, logicalId }) {
      texts(properties, 'Roles').forEach(name => iam.putRolePolicy(name, String(properties.PolicyName), document(properties.PolicyDocument)));
      return { physicalId: `${stack.name.slice(0, 5)}-${logicalId.slice(0, 4)}-${randomSuffix()}` };
    },
    update(properties, existing, { world: { iam } }) {
      const [before, after] = [existing.properties, properties].map(({ PolicyName }) => String(PolicyName));
      const roles = texts(properties, 'Roles');
      roles.forEach(name => iam.putRolePolicy(name, after, document(properties.PolicyDocument)));
      texts(existing.properties, 'Roles').filter(name => before !== after || !roles.includes(name)).forEach(name => iam.deleteRolePolicy(name, before));
    },
    delete({ properties }, { world: { iam } }) {
      texts(properties, 'Roles').forEach(name => iam.deleteRolePolicy(name, String(properties.PolicyName)));
    },
  },

  'AWS::IAM::ManagedPolicy': {
    properties: ['ManagedPolicyName', 'Path', 'Description', 'PolicyDocument', 'Roles'],
    create(properties, context) {
      const { iam } = context.world;
      const path = text(properties, 'Path') ?? '/';
      if (path !== '/') { throw new NotSupportedError(`a managed policy with the path ${path}`); }
      const name = text(properties, 'ManagedPolicyName') ?? physicalName(context, quota('iamPolicyName'));
      const arn = iam.createPolicy(name, document(properties.PolicyDocument), text(properties, 'Description'));
      const attached: string[] = [];
      try {
        for (const role of texts(properties, 'Roles')) {
          iam.attachRolePolicy(role, arn);
          attached.push(role);
        }
      } catch (error) {
        attached.forEach(role => iam.detachRolePolicy(role, arn));
        iam.deletePolicy(arn);
        throw error;
      }
      return { physicalId: arn, attributes: { PolicyArn: arn } };
    },
    update(properties, existing, { world: { iam } }) {
      const arn = existing.physicalId;
      const { added, removed } = difference(texts(existing.properties, 'Roles'), texts(properties, 'Roles'));
      iam.updatePolicy(arn, document(properties.PolicyDocument));
      added.forEach(name => iam.attachRolePolicy(name, arn));
      removed.forEach(name => iam.detachRolePolicy(name, arn));
    },
    delete({ physicalId, properties }, { world: { iam } }) {
      texts(properties, 'Roles').forEach(name => iam.detachRolePolicy(name, physicalId));
      iam.deletePolicy(physicalId);
    },
  },
};

function details({ Description, Tags }: Properties): { description?: string; tags?: Tag[] } {
  return { description: Description as string | undefined, tags: Tags as Tag[] | undefined };
}

function putPolicies(roleName: string, before: Properties, after: Properties, { world: { iam } }: ResourceContext): void {
  const { added, removed } = difference(texts(before, 'ManagedPolicyArns'), texts(after, 'ManagedPolicyArns'));
  removed.forEach(arn => iam.detachRolePolicy(roleName, arn));
  added.forEach(arn => iam.attachRolePolicy(roleName, arn));
  const inline = inlinePolicies(after);
  [...inlinePolicies(before).keys()].filter(name => !inline.has(name)).forEach(name => iam.deleteRolePolicy(roleName, name));
  inline.forEach((content, name) => iam.putRolePolicy(roleName, name, content));
}

/** After a failed create, only some of the policies may be there. */
function removePolicies(roleName: string, properties: Properties, { world: { iam } }: ResourceContext): void {
  const removals = [
    ...texts(properties, 'ManagedPolicyArns').map(arn => () => iam.detachRolePolicy(roleName, arn)),
    ...[...inlinePolicies(properties).keys()].map(name => () => iam.deleteRolePolicy(roleName, name)),
  ];
  for (const remove of removals) {
    try {
      remove();
    } catch (error) {
      if ((error as Error).name !== 'NoSuchEntity') { throw error; }
    }
  }
}

function inlinePolicies({ Policies = [] }: Properties): Map<string, object> {
  return new Map((Policies as { PolicyName: string; PolicyDocument: object }[]).map(inline => {
    refuseOtherMembers(inline, ['PolicyName', 'PolicyDocument'], 'Policies');
    return [inline.PolicyName, document(inline.PolicyDocument)];
  }));
}

function difference(before: string[], after: string[]): { added: string[]; removed: string[] } {
  return { added: after.filter(element => !before.includes(element)), removed: before.filter(element => !after.includes(element)) };
}
