import * as fs from 'fs';
import * as path from 'path';
import { Api, ApiType, Member } from './api';

/** What jsii-pacmak wrote for .NET: a file for each type. */
export class CsharpBindings implements Api {
  private readonly types = new Map<string, ApiType>();

  constructor(folder: string, packageId: string, namespace: string) {
    const sources = path.join(folder, packageId, ...namespace.split('.'));
    for (const file of fs.readdirSync(sources).filter(name => name.endsWith('.cs'))) {
      const name = `${namespace}.${path.basename(file, '.cs')}`;
      this.types.set(name, describe(name, fs.readFileSync(path.join(sources, file), 'utf8')));
    }
  }

  public type(name: string): ApiType | undefined {
    return this.types.get(name);
  }
}

function describe(name: string, source: string): ApiType {
  const statics = new Map<string, Member>();
  const members = new Map<string, Member>();
  // members of classes are public; those of interfaces have no modifier
  for (const [, ofType, type, member, open] of source.matchAll(/^ {8}(?:public )?(static )?(?:new )?(?:virtual |override |abstract )?([\w.]+)(?:<.*>)?(?:\[\])?\?? (\w+)(\(.*)?$/gm)) {
    if (type === 'public' || type === 'protected') { continue; } // a constructor
    (ofType ? statics : members).set(member, { callable: open !== undefined, type });
  }
  if (/^ {4}public enum /m.test(source)) {
    for (const [, value] of source.matchAll(/^ {8}([A-Z]\w*),?$/gm)) { statics.set(value, { callable: false, type: name }); }
  }
  const [, kind, bases] = /^ {4}public (class|abstract class|interface) \w+(?: : (.*))?$/m.exec(source) ?? [];
  const isStruct = source.includes('[JsiiByValue(');
  return {
    name,
    statics,
    members,
    bases: bases?.split(', ') ?? [],
    construction: kind === 'class' && (isStruct || /^ {8}public \w+\(/m.test(source)) ? {} : undefined,
  };
}
