import type { NormalizedSchema } from '@smithy/core/schema';

type Node = string | { [name: string]: Node };

/**
 * The parameters of a query request as the structure that their flat names (`Parameters.member.1.ParameterKey`) and the model stand for. What is not as
 * the model says stays as it came.
 */
export function structureOf(schema: NormalizedSchema, values: Readonly<Record<string, string>>): object {
  const root: Record<string, Node> = {};
  for (const [name, value] of Object.entries(values)) {
    const path = name.split('.');
    const last = path.pop()!;
    let parent = root;
    for (const part of path) {
      const child = parent[part];
      parent = typeof child === 'object' ? child : (parent[part] = {});
    }
    parent[last] = value;
  }
  return read(schema, root) as object;
}

function read(schema: NormalizedSchema, node: Node): unknown {
  if (typeof node === 'string') { return schema.isListSchema() && node === '' ? [] : readText(schema, node); }
  if (schema.isListSchema()) {
    const { member, ...others } = node;
    return typeof member === 'object' && Object.keys(others).length === 0
      ? Object.values(member).map(element => read(schema.getValueSchema(), element)) : node;
  }
  if (!schema.isStructSchema()) { return node; }
  const members = new Map(schema.structIterator());
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, members.has(name) ? read(members.get(name)!, value) : value]));
}

function readText(schema: NormalizedSchema, text: string): unknown {
  if (schema.isBooleanSchema() && ['true', 'false'].includes(text)) { return text === 'true'; }
  return schema.isNumericSchema() && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
