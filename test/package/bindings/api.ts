/** What stands behind a name: a method, a property, a constant, an enum's value. */
export interface Member {
  /** a method or function, which must be called; anything else must not */
  readonly callable: boolean;
  /** the type of what it is or returns, if that is a type of a jsii library */
  readonly type?: string;
  /** what can be passed by name, in a language that does so */
  readonly keywords?: ReadonlySet<string>;
}

/** A type of a jsii library, with the names that it has in one language. In Go, a package is one too. */
export interface ApiType {
  /** with its namespace */
  readonly name: string;
  /** what the type itself has */
  readonly statics: ReadonlyMap<string, Member>;
  /** what its instances have, beside what they inherit */
  readonly members: ReadonlyMap<string, Member>;
  readonly bases: readonly string[];
  /** a call, or `new`, makes an instance; what can be passed by name */
  readonly construction?: { readonly keywords?: ReadonlySet<string> };
}

/** The types of some libraries, by their names in one language. */
export interface Api {
  type(name: string): ApiType | undefined;
}

export class Apis implements Api {
  constructor(private readonly apis: readonly Api[]) {}

  public type(name: string): ApiType | undefined {
    for (const api of this.apis) {
      const found = api.type(name);
      if (found) { return found; }
    }
    return undefined;
  }

  /** A member of the type or of what it inherits from. */
  public member(typeName: string, name: string): Member | undefined {
    const type = this.type(typeName);
    if (!type) { return undefined; }
    return type.members.get(name) ?? type.bases.map(base => this.member(base, name)).find(found => found !== undefined);
  }
}
