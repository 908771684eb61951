import { Apis } from './api';
import { FOREIGN, NameCheck, Value } from './name-check';
import { tokenize } from './tokens';

const WORDS = new Set(['public', 'static', 'final', 'void', 'main', 'for', 'new', 'super', 'String', 'List']);

/** Reads an example in Java. */
export class JavaCheck extends NameCheck {
  constructor(apis: Apis, source: string) {
    super('java', apis, tokenize(source, '//'), WORDS);
  }

  /** `package a.b; import a.b.C;` */
  protected imports(): number {
    let i = 0;
    while (this.text(i) === 'package' || this.text(i) === 'import') {
      const start = i;
      for (i += 1; this.text(i) !== ';';) { i++; }
      const name = this.tokens.slice(start + 1, i).map(({ text }) => text).join('');
      i++;
      if (this.text(start) === 'package' || name.startsWith('java.')) { continue; }
      const type = this.apis.type(name);
      if (!type) {
        this.problem(start, `there is no ${name}`);
        continue;
      }
      this.use(name);
      this.variables.set(name.slice(name.lastIndexOf('.') + 1), { kind: 'type', type });
    }
    return i;
  }

  protected global(): Value | undefined {
    return undefined;
  }

  protected special(at: number): number | undefined {
    if (this.text(at) === 'class') { return this.class(at); }
    if (this.text(at) === 'new' && this.isName(at + 1)) { return this.chain(at + 1, true).end; }
    if (this.text(at) === 'String' && this.isName(at + 1)) {
      this.variables.set(this.text(at + 1)!, { kind: 'instance' });
      return at + 2;
    }
    if (this.text(at) === 'String' && this.text(at + 1) === '[' && this.isName(at + 3)) {
      this.variables.set(this.text(at + 3)!, FOREIGN);
      return at + 4;
    }
    // `Type variable`
    if (this.isName(at) && this.variables.get(this.text(at)!)?.kind === 'type' && this.isName(at + 1)) {
      const { value, end } = this.chain(at);
      this.variables.set(this.text(end)!, this.variableOf(value));
      return end + 1;
    }
    return undefined;
  }

  /** `class Name extends Base {` */
  private class(at: number): number {
    this.variables.set(this.text(at + 1)!, FOREIGN);
    if (this.text(at + 2) !== 'extends') { return at + 2; }
    const { value, end } = this.chain(at + 3);
    this.variables.set('this', this.variableOf(value));
    return end;
  }
}
