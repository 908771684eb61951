/** A piece of a Fn::Sub text: literal text, or the content of `${…}`. */
export type SubPiece = { readonly text: string } | { readonly variable: string };

export function subPieces(text: string): SubPiece[] {
  return text.split(/(\$\{[^}]*\})/).filter(piece => piece !== '').map(piece => {
    const inner = /^\$\{(.*)\}$/s.exec(piece)?.[1];
    if (inner === undefined) {
      return { text: piece };
    }
    // `${!Literal}` means a literal `${Literal}`
    return inner.startsWith('!') ? { text: `\${${inner.slice(1)}}` } : { variable: inner.trim() };
  });
}
