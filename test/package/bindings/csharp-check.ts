import { Apis } from './api';
import { FOREIGN, NameCheck, Value } from './name-check';
import { tokenize } from './tokens';

const WORDS = new Set(['public', 'foreach', 'in', 'new', 'base', 'string']);

/** Reads an example in C#. */
export class CsharpCheck extends NameCheck {
  private readonly namespaces: string[] = [];
  private base: string | undefined;

  constructor(apis: Apis, private readonly isNamespace: (name: string) => boolean, source: string) {
    super('csharp', apis, tokenize(source, '//'), WORDS);
    // classes may be used above their definition
    this.tokens.forEach(({ text }, i) => { if (text === 'class') { this.variables.set(this.text(i + 1)!, FOREIGN); } });
  }

  /** `using A.B;` */
  protected imports(): number {
    let i = 0;
    while (this.text(i) === 'using') {
      const start = i;
      for (i += 1; this.text(i) !== ';';) { i++; }
      const name = this.tokens.slice(start + 1, i).map(({ text }) => text).join('');
      i++;
      if (this.isNamespace(name)) { this.namespaces.push(name); } else { this.problem(start, `there is no ${name}`); }
    }
    return i;
  }

  /** A type of a namespace in use, or what the class inherits. */
  protected global(name: string): Value | undefined {
    const types = this.namespaces.map(namespace => this.apis.type(`${namespace}.${name}`)).filter(type => type !== undefined);
    if (types.length === 1) { return { kind: 'type', type: types[0] }; }
    const member = this.base === undefined ? undefined : this.apis.member(this.base, name);
    if (!member) { return undefined; }
    this.use(`${this.base}.${name}`);
    return { kind: 'member', owner: this.base!, name, member };
  }

  protected special(at: number): number | undefined {
    if (this.text(at) === 'class') { return this.class(at); }
    if (this.text(at) === 'new' && this.isName(at + 1)) { return this.chain(at + 1, true).end; }
    if (this.text(at) === 'string' && this.isName(at + 1)) {
      this.variables.set(this.text(at + 1)!, { kind: 'instance' });
      return at + 2;
    }
    if (this.text(at) === 'var') { return this.variable(at); }
    // `Type parameter`
    if (this.isName(at) && this.isName(at + 1) && this.global(this.text(at)!)?.kind === 'type') {
      const { value, end } = this.chain(at);
      this.variables.set(this.text(end)!, this.variableOf(value));
      return end + 1;
    }
    return undefined;
  }

  /** `class Name : Base {` */
  private class(at: number): number {
    if (this.text(at + 2) !== ':') { return at + 2; }
    const { value, end } = this.chain(at + 3);
    const instance = this.variableOf(value);
    this.variables.set('this', instance);
    this.base = instance.kind === 'instance' ? instance.type : undefined;
    return end;
  }

  /** `var name = …`, `var name in …` */
  private variable(at: number): number {
    const name = this.text(at + 1)!;
    if (this.text(at + 2) !== '=') {
      this.variables.set(name, { kind: 'instance' });
      return at + 3;
    }
    const made = this.text(at + 3) === 'new';
    const { value, end } = this.chain(at + (made ? 4 : 3), made);
    this.variables.set(name, value);
    return end;
  }
}
