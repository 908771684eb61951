import { Apis } from './api';
import { FOREIGN, NameCheck, Value } from './name-check';
import { closing, tokenize } from './tokens';

const WORDS = new Set(['func', 'main', 'for', 'range', 'return', 'defer', 'nil', 'string']);
/** Not generated: the runtime's helpers that examples may use. */
const RUNTIME = { path: 'github.com/aws/jsii-runtime-go', names: ['String', 'Number', 'Bool', 'Close'] };

/** Reads an example in Go. */
export class GoCheck extends NameCheck {
  private jsii = 'jsii';

  /** @param packages what can be imported: the names of the packages by their paths */
  constructor(apis: Apis, private readonly packages: ReadonlyMap<string, string>, source: string) {
    super('go', apis, tokenize(source, '//'), WORDS);
    // functions may be called above their definition
    this.tokens.forEach(({ text }, i) => { if (text === 'func') { this.variables.set(this.text(i + 1)!, FOREIGN); } });
  }

  /** `package main; import ( "path"; alias "path" )` */
  protected imports(): number {
    const open = this.tokens.findIndex(({ text }) => text === '(');
    const close = closing(this.tokens, open);
    for (let i = open + 1; i < close; i++) {
      const alias = this.isName(i) ? this.text(i++) : undefined;
      const path = JSON.parse(this.text(i)!);
      const name = this.packages.get(path);
      if (path === RUNTIME.path) {
        this.jsii = alias ?? 'jsii';
      } else if (name !== undefined) {
        this.variables.set(alias ?? name, { kind: 'namespace', name });
      } else {
        this.problem(i, `there is no ${path}`);
      }
    }
    return close + 1;
  }

  protected global(name: string): Value | undefined {
    return name === this.jsii ? FOREIGN : undefined;
  }

  protected special(at: number): number | undefined {
    if (this.text(at) === 'func') { return this.function(at); }
    if (this.text(at) === this.jsii && !RUNTIME.names.includes(this.text(at + 2)!)) { this.problem(at, `${this.jsii} has no ${this.text(at + 2)}`); }
    // `name := …`, `_, name := range …`
    if (this.isName(at) && this.text(at + 1) === ':=') {
      if (this.text(at + 2) === 'range') {
        this.variables.set(this.text(at)!, { kind: 'instance' });
        return at + 3;
      }
      const { value, end } = this.chain(at + 2);
      this.variables.set(this.text(at)!, value);
      return end;
    }
    return this.text(at) === '_' ? at + 1 : undefined;
  }

  /** `pkg.Struct{` */
  protected hasFields(value: Value): value is Extract<Value, { kind: 'type' | 'instance' }> {
    return value.kind === 'type';
  }

  /** `Name: ` */
  protected isNamed(at: number): boolean {
    return this.isName(at) && this.text(at + 1) === ':' && (this.text(at - 1) === '{' || this.text(at - 1) === ',');
  }

  /** `func Name(parameter Type) Type {` */
  private function(at: number): number {
    const close = closing(this.tokens, at + 2);
    for (let i = at + 3; i < close; i++) {
      const { value, end } = this.chain(i + 1);
      this.variables.set(this.text(i)!, value === FOREIGN ? { kind: 'instance' } : this.variableOf(value));
      i = end;
    }
    if (!this.isName(close + 1)) { return close + 1; }
    // what is returned; the `{` behind it is the body's
    const namespace = this.variables.get(this.text(close + 1)!);
    const name = namespace?.kind === 'namespace' ? `${namespace.name}.${this.text(close + 3)}` : undefined;
    if (name === undefined || !this.apis.type(name)) { this.problem(close + 1, `${name ?? this.text(close + 1)} is not known`); }
    return close + 4;
  }
}
