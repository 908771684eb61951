import { chosen, intrinsicName, subPieces } from './template';

/** The names that a value refers to by Ref, Fn::GetAtt and Fn::Sub, in the branches that its conditions choose. */
export function references(value: unknown, conditions: ReadonlyMap<string, boolean>): Set<string> {
  const names = new Set<string>();
  collect(value, conditions, names);
  return names;
}

function collect(value: unknown, conditions: ReadonlyMap<string, boolean>, names: Set<string>): void {
  if (value === null || typeof value !== 'object') { return; }
  const intrinsic = intrinsicName(value);
  const argument = intrinsic && (value as Record<string, unknown>)[intrinsic];
  switch (intrinsic) {
    case 'Ref':
      names.add(String(argument));
      return;
    case 'Fn::GetAtt':
      names.add(Array.isArray(argument) ? String(argument[0]) : String(argument).split('.')[0]);
      return;
    case 'Fn::If':
      collect(chosen(argument, conditions), conditions, names);
      return;
    case 'Fn::Sub': {
      const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
      for (const piece of subPieces(String(text))) {
        if ('variable' in piece && !(piece.variable in variables)) { names.add(piece.variable.split('.')[0]); }
      }
      collect(variables, conditions, names);
      return;
    }
    default:
      Object.values(value).forEach(member => collect(member, conditions, names));
  }
}
