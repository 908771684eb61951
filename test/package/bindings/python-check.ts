import { Apis } from './api';
import { FOREIGN, NameCheck, Value } from './name-check';
import { closing, tokenize } from './tokens';

const WORDS = new Set(['class', 'def', 'for', 'in', 'return', 'None', 'True', 'False', 'super', 'self', 'str']);

/** Reads an example in Python. */
export class PythonCheck extends NameCheck {
  constructor(apis: Apis, private readonly isNamespace: (name: string) => boolean, source: string) {
    super('python', apis, tokenize(source, '#'), WORDS);
  }

  /** `from module import Name, name as alias` */
  protected imports(): number {
    let i = 0;
    while (this.text(i) === 'from') {
      const module = this.text(i + 1)!;
      for (i += 2; this.text(i) === 'import' || this.text(i) === ',';) {
        const name = this.text(i + 1)!;
        const alias = this.text(i + 2) === 'as' ? this.text(i + 3)! : name;
        const type = this.apis.type(`${module}.${name}`);
        if (type) {
          this.use(type.name);
          this.variables.set(alias, { kind: 'type', type });
        } else if (this.isNamespace(`${module}.${name}`)) {
          this.variables.set(alias, { kind: 'namespace', name: `${module}.${name}` });
        } else {
          this.problem(i + 1, `${module} has no ${name}`);
        }
        i += alias === name ? 2 : 4;
      }
    }
    return i;
  }

  protected global(): Value | undefined {
    return undefined;
  }

  protected special(at: number): number | undefined {
    switch (this.text(at)) {
      case 'class': return this.class(at);
      case 'def': return this.function(at);
      case 'for':
        this.variables.set(this.text(at + 1)!, { kind: 'instance' });
        return at + 3;
    }
    if (this.isName(at) && this.text(at + 1) === '=') {
      const { value, end } = this.isName(at + 2) ? this.chain(at + 2) : { value: FOREIGN, end: at + 2 };
      this.variables.set(this.text(at)!, value);
      return end;
    }
    return undefined;
  }

  /** `class Name(Base):` */
  private class(at: number): number {
    const { value } = this.chain(at + 3);
    this.variables.set(this.text(at + 1)!, FOREIGN);
    this.variables.set('self', this.variableOf(value));
    return closing(this.tokens, at + 2) + 1;
  }

  /** `def name(self, parameter: Type) -> Type:` */
  private function(at: number): number {
    const close = closing(this.tokens, at + 2);
    for (let i = at + 3; i < close; i++) {
      if (this.isName(i) && this.text(i + 1) === ':') {
        const { value, end } = this.chain(i + 2);
        this.variables.set(this.text(i)!, value === FOREIGN ? { kind: 'instance' } : this.variableOf(value));
        i = end;
      }
    }
    return close + 1;
  }
}
