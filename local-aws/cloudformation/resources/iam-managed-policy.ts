import type { ResourceType } from './resource-type';
import { document, text, texts } from './values';
import { NotSupportedError } from '../../core';
import { physicalName } from '../engine/names';

export const managedPolicy: ResourceType = {
  properties: { ManagedPolicyName: 'replace', Path: 'replace', Description: 'replace', PolicyDocument: 'update', Roles: 'update' },
  required: ['PolicyDocument'],
  create(properties, { world: { iam }, stack, logicalId }) {
    const path = text(properties, 'Path') ?? '/';
    if (path !== '/') {
      throw new NotSupportedError(`a managed policy with the path ${path}`);
    }
    const name = text(properties, 'ManagedPolicyName') ?? physicalName(stack.name, logicalId, 128);
    const arn = iam.createPolicy(name, document(properties.PolicyDocument));
    const attached: string[] = [];
    try {
      for (const role of texts(properties, 'Roles')) {
        iam.attachRolePolicy(role, arn);
        attached.push(role);
      }
    } catch (error) {
      // a policy that was not completed is nobody's
      attached.forEach(role => iam.detachRolePolicy(role, arn));
      iam.deletePolicy(arn);
      throw error;
    }
    return { physicalId: arn, attributes: { PolicyArn: arn } };
  },
  update(properties, existing, { world: { iam } }) {
    const before = texts(existing.properties, 'Roles');
    const after = texts(properties, 'Roles');
    iam.updatePolicy(existing.physicalId, document(properties.PolicyDocument));
    after.filter(role => !before.includes(role)).forEach(role => iam.attachRolePolicy(role, existing.physicalId));
    before.filter(role => !after.includes(role)).forEach(role => iam.detachRolePolicy(role, existing.physicalId));
    return existing;
  },
  delete({ physicalId, properties }, { world: { iam } }) {
    texts(properties, 'Roles').forEach(role => iam.detachRolePolicy(role, physicalId));
    iam.deletePolicy(physicalId);
  },
};
