import { ApiType, Apis, Member } from './api';
import { Language } from './naming';
import { Token, closing } from './tokens';

/** What an expression stands for, as far as it matters. */
export type Value =
  | { readonly kind: 'namespace'; readonly name: string }
  | { readonly kind: 'type'; readonly type: ApiType }
  | { readonly kind: 'member'; readonly owner: string; readonly name: string; readonly member: Member }
  | { readonly kind: 'instance'; readonly type?: string }
  /** of the language, or of the example itself */
  | { readonly kind: 'foreign' };

export const FOREIGN: Value = { kind: 'foreign' };

/** What one example uses. */
export interface NameReport {
  /** the names that were found, each once: types, members as `Type.member`, and what is passed by name as `callee(name)` */
  readonly found: string[];
  /** the names that were not, with their lines */
  readonly problems: string[];
}

/**
 * Follows the names in an example: from imports to types, members, what they return, and what is passed by name. A name that leads nowhere is a
 * problem. What differs between languages is in the subclasses.
 */
export abstract class NameCheck {
  protected readonly variables = new Map<string, Value>();
  private readonly found = new Set<string>();
  private readonly problems: string[] = [];

  constructor(
    protected readonly language: Language,
    protected readonly apis: Apis,
    protected readonly tokens: readonly Token[],
    /** names and keywords of the language: nothing of ours behind them */
    private readonly words: ReadonlySet<string>,
  ) {}

  public run(): NameReport {
    this.scan(this.imports(), this.tokens.length);
    return { found: [...this.found].sort(), problems: this.problems };
  }

  /** Reads the imports; returns where they end. */
  protected abstract imports(): number;

  /** What a name stands for that is no variable. */
  protected abstract global(name: string): Value | undefined;

  /** Reads what only this language has, such as a declaration; returns where to go on, or undefined if there is nothing of the kind. */
  protected abstract special(at: number): number | undefined;

  protected text(at: number): string | undefined {
    return this.tokens[at]?.text;
  }

  protected isName(at: number): boolean {
    return this.tokens[at]?.kind === 'name';
  }

  protected use(name: string): void {
    this.found.add(name);
  }

  protected problem(at: number, text: string): void {
    this.problems.push(`line ${this.tokens[at].line}: ${text}`);
  }

  /** Everything from one token to another. */
  protected scan(from: number, to: number, named?: { readonly callee: string; readonly names?: ReadonlySet<string> }): void {
    let depth = 0;
    for (let i = from; i < to;) {
      const next = depth === 0 && named && this.named(i, named);
      if (next) { i = next; continue; }
      if ('([{'.includes(this.tokens[i].text)) { depth++; }
      if (')]}'.includes(this.tokens[i].text)) { depth--; }
      i = this.special(i) ?? (this.isName(i) ? this.chain(i).end : i + 1);
    }
  }

  /** A name and what is done with it: `a.b(c).d`. */
  protected chain(start: number, made = false): { readonly value: Value; readonly end: number } {
    let value = this.root(start);
    let i = start + 1;
    for (;;) {
      if (this.text(i) === '.' && this.isName(i + 1)) {
        value = this.member(this.called(value, i), i + 1);
        i += 2;
      } else if (this.text(i) === '(') {
        const close = closing(this.tokens, i);
        value = this.call(value, i, close, made);
        i = close + 1;
      } else if (this.text(i) === '{' && this.hasFields(value, made)) {
        const close = closing(this.tokens, i);
        value = this.fields(value, i, close);
        i = close + 1;
      } else {
        return { value: this.called(value, i - 1), end: i };
      }
    }
  }

  /** Whether what is passed by name stands between `{` and `}` after a type. */
  protected hasFields(value: Value, made: boolean): value is Extract<Value, { kind: 'type' | 'instance' }> {
    return made && value.kind === 'type';
  }

  /** `name = ` in a call or an initializer. */
  protected isNamed(at: number): boolean {
    return this.isName(at) && this.text(at + 1) === '=' && (this.text(at - 1) === '(' || this.text(at - 1) === '{' || this.text(at - 1) === ',');
  }

  protected variableOf(value: Value): Value {
    return value.kind === 'type' ? { kind: 'instance', type: value.type.name } : value;
  }

  private root(at: number): Value {
    const name = this.text(at)!;
    const known = this.variables.get(name) ?? this.global(name);
    if (known) {
      if (known.kind === 'type') { this.use(known.type.name); }
      return known;
    }
    if (!this.words.has(name)) { this.problem(at, `${name} is not known`); }
    return FOREIGN;
  }

  private member(value: Value, at: number): Value {
    const name = this.text(at)!;
    switch (value.kind) {
      case 'foreign': return FOREIGN;
      case 'namespace': {
        const type = this.apis.type(`${value.name}.${name}`);
        if (type) {
          this.use(type.name);
          return { kind: 'type', type };
        }
        const member = this.apis.type(value.name)?.statics.get(name);
        return this.foundMember(value.name, name, member, at);
      }
      case 'type': {
        const nested = this.apis.type(`${value.type.name}.${name}`);
        if (nested) { return { kind: 'type', type: nested }; }
        return this.foundMember(value.type.name, name, value.type.statics.get(name), at);
      }
      case 'instance': {
        if (value.type === undefined) {
          this.problem(at, `${name} is used of something whose type is not known`);
          return FOREIGN;
        }
        return this.foundMember(value.type, name, this.apis.member(value.type, name), at);
      }
      case 'member': throw new Error('a member is called or read before anything else');
    }
  }

  private foundMember(owner: string, name: string, member: Member | undefined, at: number): Value {
    if (!member) {
      this.problem(at, `${owner} has no ${name}`);
      return FOREIGN;
    }
    this.use(`${owner}.${name}`);
    return { kind: 'member', owner, name, member };
  }

  /** A member that is not followed by `(`. */
  private called(value: Value, at: number): Value {
    if (value.kind !== 'member') { return value; }
    if (value.member.callable) { this.problem(at, `${value.owner}.${value.name} is a method and is not called`); }
    return { kind: 'instance', type: value.member.type };
  }

  private call(value: Value, open: number, close: number, made: boolean): Value {
    const passed = (callee: string, names: ReadonlySet<string> | undefined) => this.scan(open + 1, close, this.language === 'python' ? { callee, names } : undefined);
    if (value.kind === 'member') {
      if (!value.member.callable) { this.problem(open, `${value.owner}.${value.name} is not a method`); }
      passed(`${value.owner}.${value.name}`, value.member.keywords);
      return { kind: 'instance', type: value.member.type };
    }
    if (value.kind === 'type') {
      if (!value.type.construction || (!made && this.language !== 'python')) { this.problem(open, `${value.type.name} cannot be made like this`); }
      passed(value.type.name, value.type.construction?.keywords);
      return { kind: 'instance', type: value.type.name };
    }
    if (value.kind !== 'foreign') { this.problem(open, 'this cannot be called'); }
    this.scan(open + 1, close);
    return FOREIGN;
  }

  private fields(value: Extract<Value, { kind: 'type' | 'instance' }>, open: number, close: number): Value {
    const type = value.kind === 'type' ? value.type : this.apis.type(value.type!)!;
    if (!type.construction) { this.problem(open, `${type.name} cannot be made like this`); }
    this.scan(open + 1, close, { callee: type.name, names: type.construction?.keywords ?? new Set(type.members.keys()) });
    return { kind: 'instance', type: type.name };
  }

  /** Checks a name at which something is passed; returns where that begins. */
  private named(at: number, { callee, names }: { readonly callee: string; readonly names?: ReadonlySet<string> }): number | undefined {
    if (!this.isNamed(at)) { return undefined; }
    const name = this.text(at)!;
    if (names?.has(name)) { this.use(`${callee}(${name})`); } else { this.problem(at, `${callee} takes no ${name}`); }
    return at + 2;
  }
}
