import * as fs from 'fs';
import * as path from 'path';
import { Api, ApiType, Member } from './api';

/** What jsii-pacmak wrote for Python: one module. */
export class PythonBindings implements Api {
  private readonly types = new Map<string, ApiType>();

  constructor(folder: string, private readonly module: string) {
    const source = fs.readFileSync(path.join(folder, 'src', module, '__init__.py'), 'utf8')
      .replace(/'''[\s\S]*?'''/g, ''); // docstrings, in which there may be code
    const modules = new Map([...source.matchAll(/^ {4}import ([\w.]+) as (\w+)$/gm)].map(([, name, alias]) => [alias, name]));
    const resolve = (text: string) => this.resolve(text, modules);
    for (const [, name, bases, body] of source.matchAll(/^class (\w+)(?:\(([^)]*)\))?:\n([\s\S]*?)(?=^\S|(?![\s\S]))/gm)) {
      this.types.set(`${module}.${name}`, describe(`${module}.${name}`, bases ?? '', body, resolve));
    }
  }

  public type(name: string): ApiType | undefined {
    return this.types.get(name);
  }

  private resolve(annotation: string, modules: ReadonlyMap<string, string>): string | undefined {
    const [, alias, name] = /^(?:typing\.Optional\[)?"?(?:(\w+)\.)?(\w+)"?\]?$/.exec(annotation) ?? [];
    return alias === undefined ? `${this.module}.${name}` : modules.has(alias) ? `${modules.get(alias)}.${name}` : undefined;
  }
}

function describe(name: string, bases: string, body: string, resolve: (annotation: string) => string | undefined): ApiType {
  const statics = new Map<string, Member>();
  const members = new Map<string, Member>();
  let construction: ApiType['construction'];
  for (const [, decorators, method, parameters, returned] of body.matchAll(/((?:^ {4}@.*\n)*)^ {4}def (\w+)\(([\s\S]*?)\)(?: -> (.+))?:\n/gm)) {
    const keywords = new Set([...parameters.matchAll(/(?:^|,)\s*(\w+): /g)].map(([, keyword]) => keyword));
    if (method === '__init__') { construction = { keywords }; }
    if (method.startsWith('_') || decorators.includes('.setter\n')) { continue; }
    const ofType = /classmethod|classproperty|staticmethod/.test(decorators);
    const callable = !/property/.test(decorators);
    (ofType ? statics : members).set(method, { callable, type: resolve(returned), ...callable ? { keywords } : {} });
  }
  if (/\benum\.Enum\b/.test(bases)) {
    for (const [, value] of body.matchAll(/^ {4}([A-Z]\w*) = "/gm)) { statics.set(value, { callable: false, type: name }); }
  }
  return {
    name,
    statics,
    members,
    construction,
    bases: bases.split(',').map(base => base.trim()).filter(base => base !== '' && !base.includes('=')).flatMap(base => resolve(base) ?? []),
  };
}
