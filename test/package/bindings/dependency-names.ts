import { Api, ApiType, Member } from './api';
import { Assembly, Callable, JsiiType, TypeReference } from './assembly';
import { Language, camelCase, pascalCase, snakeCase } from './naming';

/**
 * The names that a dependency has in a language. Its own bindings are not here, so they are made from its jsii assembly by the rules
 * that jsii-pacmak follows.
 */
export class DependencyNames implements Api {
  private readonly fqns = new Map<string, string>();
  private readonly cache = new Map<string, ApiType | undefined>();

  constructor(private readonly assembly: Assembly, private readonly language: Language) {
    for (const fqn of Object.keys(assembly.types)) { this.fqns.set(this.nameOf(fqn), fqn); }
  }

  /** The namespaces (packages, modules) that have types. */
  public hasNamespace(name: string): boolean {
    return [...this.fqns.keys()].some(type => type.startsWith(`${name}.`));
  }

  public type(name: string): ApiType | undefined {
    if (!this.cache.has(name)) { this.cache.set(name, this.make(name)); }
    return this.cache.get(name);
  }

  private make(name: string): ApiType | undefined {
    const fqn = this.fqns.get(name);
    if (fqn !== undefined) { return this.describe(name, this.assembly.types[fqn]); }
    if (this.language === 'java' && name.endsWith('.Builder')) { return this.builder(name); }
    if (this.language === 'go' && !name.includes('.') && this.hasNamespace(name)) { return this.goPackage(name); }
    return undefined;
  }

  private describe(name: string, type: JsiiType): ApiType {
    const statics = new Map<string, Member>();
    const members = new Map<string, Member>();
    for (const method of (type.methods ?? []).filter(isPublic)) {
      (method.static ? statics : members).set(this.cased(method.name!), {
        callable: true, type: this.resolved(method.returns?.type), keywords: this.keywords(method),
      });
    }
    for (const property of (type.properties ?? []).filter(isPublic)) {
      const getter = this.language === 'java' && !property.static;
      const text = property.static && property.const ? property.name : getter ? `get${pascalCase(property.name)}` : this.cased(property.name);
      const callable = getter || (this.language === 'go' && !type.datatype);
      (property.static ? statics : members).set(text, { callable, type: this.resolved(property.type) });
    }
    for (const value of type.members ?? []) { statics.set(value.name, { callable: false, type: name }); }
    if (this.language === 'java' && type.datatype) { statics.set('builder', { callable: true, type: `${name}.Builder` }); }
    return {
      name,
      statics,
      members,
      bases: [type.base, ...type.interfaces ?? []].filter(base => base !== undefined && this.assembly.types[base]).map(base => this.nameOf(base!)),
      construction: this.constructionOf(type),
    };
  }

  private constructionOf(type: JsiiType): ApiType['construction'] {
    if (type.datatype) {
      return this.language === 'java' ? undefined : { keywords: new Set(this.assembly.structProperties(type.fqn).map(({ name }) => this.cased(name))) };
    }
    return type.initializer && !type.abstract && this.language !== 'go' ? { keywords: this.keywords(type.initializer) } : undefined;
  }

  /** Java: `X.Builder`, of a class whose last parameter is a struct, or of a struct. */
  private builder(name: string): ApiType | undefined {
    const built = name.slice(0, -'.Builder'.length);
    const fqn = this.fqns.get(built);
    if (fqn === undefined) { return undefined; }
    const type = this.assembly.types[fqn];
    const properties = this.assembly.structProperties(type.datatype ? fqn : lastType(type.initializer));
    if (properties.length === 0) { return undefined; }
    return {
      name,
      statics: new Map(type.datatype ? [] : [['create', { callable: true, type: name }]]),
      members: new Map<string, Member>([
        ...properties.map(property => [camelCase(property.name), { callable: true, type: name }] as const),
        ['build', { callable: true, type: built }],
      ]),
      bases: [],
    };
  }

  /** Go: what a package has beside its types. */
  private goPackage(name: string): ApiType {
    const statics = new Map<string, Member>();
    for (const [typeName, fqn] of this.fqns) {
      if (!typeName.startsWith(`${name}.`)) { continue; }
      const type = this.assembly.types[fqn];
      const text = typeName.slice(name.length + 1);
      if (type.initializer && !type.abstract) { statics.set(`New${text}`, { callable: true, type: typeName }); }
      for (const [member, value] of this.type(typeName)!.statics) { statics.set(`${text}_${member}`, value); }
    }
    return { name, statics, members: new Map(), bases: [] };
  }

  private cased(name: string): string {
    return this.language === 'python' ? snakeCase(name) : this.language === 'java' ? name : pascalCase(name);
  }

  /** Python: parameters, and instead of the last, if it is a struct, its properties. */
  private keywords(callable: Callable): ReadonlySet<string> | undefined {
    if (this.language !== 'python') { return undefined; }
    const parameters = (callable.parameters ?? []).filter(({ variadic }) => !variadic);
    const lifted = this.assembly.structProperties(lastType(callable));
    return new Set([...lifted.length > 0 ? parameters.slice(0, -1) : parameters, ...lifted].map(({ name }) => snakeCase(name)));
  }

  private resolved(reference: TypeReference | undefined): string | undefined {
    return reference?.fqn !== undefined && this.assembly.types[reference.fqn] ? this.nameOf(reference.fqn) : undefined;
  }

  private nameOf(fqn: string): string {
    const { name, targets } = this.assembly.moduleOf(fqn);
    return `${this.namespace(name, targets) ?? this.nameOf(name)}${fqn.slice(name.length)}`;
  }

  private namespace(module: string, targets: Assembly['targets']): string | undefined {
    switch (this.language) {
      case 'python': return targets.python?.module;
      case 'java': return targets.java?.package;
      case 'csharp': return targets.dotnet?.namespace;
      case 'go': return module === this.assembly.name
        ? targets.go?.packageName ?? module.replace(/[^a-z0-9]/g, '')
        : module.slice(this.assembly.name.length + 1).replace(/[^a-z0-9]/g, '');
    }
  }
}

function isPublic(member: { readonly protected?: boolean }): boolean {
  return member.protected !== true;
}

function lastType(callable: Callable | undefined): string | undefined {
  return callable?.parameters?.at(-1)?.type.fqn;
}
