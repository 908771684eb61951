/** The pieces of a Fn::Sub text: literal text, or what stands in `${…}`. */
export type SubPiece = { readonly text: string } | { readonly variable: string };

export function subPieces(text: string): SubPiece[] {
  return text.split(/(\$\{[^}]*\})/).filter(piece => piece !== '').map(piece => {
    const inner = /^\$\{(.*)\}$/s.exec(piece)?.[1];
    if (inner === undefined) {
      return { text: piece };
    }
    // `${!Literal}` is how a literal `${Literal}` is written
    return inner.startsWith('!') ? { text: `\${${inner.slice(1)}}` } : { variable: inner.trim() };
  });
}
