import { chosen, intrinsicName, subPieces } from './template';

/** A Ref, or a Fn::GetAtt, or one of the two within a Fn::Sub. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

/** The references in a value, in the branches that its conditions choose; without conditions, in all branches. */
export function references(value: unknown, conditions?: ReadonlyMap<string, boolean>): Reference[] {
  const found: Reference[] = [];
  collect(value, conditions, found);
  return found;
}

/** The name of an attribute that is not a string is known only during the deployment. */
function attributeReference(name: string, attribute: readonly unknown[]): Reference {
  return { name, ...attribute.length > 0 && attribute.every(part => typeof part === 'string') && { attribute: attribute.join('.') } };
}

function collect(value: unknown, conditions: ReadonlyMap<string, boolean> | undefined, found: Reference[]): void {
  if (value === null || typeof value !== 'object') { return; }
  const intrinsic = intrinsicName(value);
  const argument = intrinsic && (value as Record<string, unknown>)[intrinsic];
  switch (intrinsic) {
    case 'Ref':
      found.push({ name: String(argument) });
      return;
    case 'Fn::GetAtt': {
      const [name, ...attribute] = Array.isArray(argument) ? argument : String(argument).split('.');
      found.push(attributeReference(String(name), attribute));
      return;
    }
    case 'Fn::If':
      collect(conditions ? chosen(argument, conditions) : argument, conditions, found);
      return;
    case 'Fn::Sub': {
      const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
      for (const piece of subPieces(String(text))) {
        if ('variable' in piece && !(piece.variable in variables)) {
          const [name, ...attribute] = piece.variable.split('.');
          found.push(attributeReference(name, attribute));
        }
      }
      collect(variables, conditions, found);
      return;
    }
    default:
      Object.values(value).forEach(member => collect(member, conditions, found));
  }
}
