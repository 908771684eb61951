import * as fs from 'fs';
import * as path from 'path';
import { Api, ApiType, Member } from './api';

/** What jsii-pacmak wrote for Go: a package, with a file for each type. */
export class GoBindings implements Api {
  /** what to import */
  public readonly importPath: string;
  private readonly types = new Map<string, ApiType>();

  constructor(folder: string, public readonly packageName: string) {
    const sources = path.join(folder, packageName);
    this.importPath = /^module (.+)$/m.exec(fs.readFileSync(path.join(sources, 'go.mod'), 'utf8'))![1];
    const statics = new Map<string, Member>();
    for (const file of fs.readdirSync(sources).filter(name => name.endsWith('.go') && !name.includes('__'))) {
      const source = fs.readFileSync(path.join(sources, file), 'utf8');
      for (const [, name, returned] of source.matchAll(/^func (\w+)\(.*\) (\S+) \{$/gm)) {
        statics.set(name, { callable: true, type: this.resolve(returned) });
      }
      for (const [, name, type] of source.matchAll(/^\t(\w+_\w+) (\w+) = "/gm)) {
        statics.set(name, { callable: false, type: this.resolve(type) });
      }
      for (const [, name, kind, body] of source.matchAll(/^type ([A-Z]\w*) (interface|struct) \{\n([\s\S]*?)^\}/gm)) {
        this.types.set(`${packageName}.${name}`, kind === 'struct' ? this.struct(name, body) : this.interface(name, body));
      }
    }
    this.types.set(packageName, { name: packageName, statics, members: new Map(), bases: [] });
  }

  public type(name: string): ApiType | undefined {
    return this.types.get(name);
  }

  private struct(name: string, body: string): ApiType {
    const fields = [...body.matchAll(/^\t(\w+) (\S+) `field:/gm)].map(([, field, type]) => [field, { callable: false, type: this.resolve(type) }] as const);
    return { name: `${this.packageName}.${name}`, statics: new Map(), members: new Map(fields), bases: [], construction: {} };
  }

  private interface(name: string, body: string): ApiType {
    const methods = [...body.matchAll(/^\t(\w+)\(.*?\)(?: (\S+))?$/gm)].map(([, method, type]) => [method, { callable: true, type: type && this.resolve(type) }] as const);
    const bases = [...body.matchAll(/^\t([\w.]+)$/gm)].flatMap(([, base]) => this.resolve(base) ?? []);
    return { name: `${this.packageName}.${name}`, statics: new Map(), members: new Map(methods), bases };
  }

  /** The type's name with its package; undefined for the types of Go itself. */
  private resolve(type: string): string | undefined {
    const [, packageName, name] = /^\*?(?:(\w+)\.)?([A-Z]\w*)$/.exec(type) ?? [];
    return name === undefined ? undefined : `${packageName ?? this.packageName}.${name}`;
  }
}
