export interface Token {
  readonly kind: 'name' | 'text' | 'number' | 'sign';
  readonly text: string;
  readonly line: number;
}

const PATTERN = [
  /(?<space>\s+)/,
  /(?<text>[$f]?"(?:[^"\\\n]|\\.)*")/,
  /(?<name>[A-Za-z_]\w*)/,
  /(?<number>\d[\d.]*)/,
  /(?<sign>:=|==|!=|->|=>|.)/,
].map(({ source }) => source).join('|');

/** The tokens of a source file in Python, Java, C# or Go, as far as the examples need it. */
export function tokenize(source: string, comment: '#' | '//'): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const { groups, 0: text } of source.matchAll(new RegExp(`(?<comment>${comment}.*)|${PATTERN}`, 'g'))) {
    const kind = (['name', 'text', 'number', 'sign'] as const).find(name => groups![name] !== undefined);
    if (kind) { tokens.push({ kind, text, line }); }
    line += text.split('\n').length - 1;
  }
  return tokens;
}

/** Where the bracket that opens at `open` is closed. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i].kind !== 'sign') { continue; }
    if ('([{'.includes(tokens[i].text)) { depth++; }
    if (')]}'.includes(tokens[i].text) && --depth === 0) { return i; }
  }
  throw new Error(`line ${tokens[open].line}: ${tokens[open].text} is not closed`);
}
