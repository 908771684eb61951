import type { Properties, ResourceType } from './resource-type';
import { document, texts } from './values';
import { randomSuffix } from '../engine/names';

/** An inline policy of roles. */
export const policy: ResourceType = {
  properties: { PolicyName: 'update', PolicyDocument: 'update', Roles: 'update' },
  required: ['PolicyName', 'PolicyDocument', 'Roles'],
  create(properties, { world, stack, logicalId }) {
    const { name, content, roles } = parts(properties);
    roles.forEach(role => world.iam.putRolePolicy(role, name, content));
    return { physicalId: `${stack.name.slice(0, 5)}-${logicalId.slice(0, 4)}-${randomSuffix()}` };
  },
  update(properties, existing, { world }) {
    const before = parts(existing.properties);
    const { name, content, roles } = parts(properties);
    roles.forEach(role => world.iam.putRolePolicy(role, name, content));
    before.roles.filter(role => before.name !== name || !roles.includes(role)).forEach(role => world.iam.deleteRolePolicy(role, before.name));
    return existing;
  },
  delete({ properties }, { world }) {
    const { name, roles } = parts(properties);
    roles.forEach(role => world.iam.deleteRolePolicy(role, name));
  },
};

function parts(properties: Properties): { name: string; content: object; roles: string[] } {
  return { name: String(properties.PolicyName), content: document(properties.PolicyDocument), roles: texts(properties, 'Roles') };
}
