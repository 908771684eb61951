import * as fs from 'fs';
import * as path from 'path';
import { Api, ApiType, Member } from './api';

/** What jsii-pacmak wrote for Java: a file for each type, in which there may be a `Builder`. */
export class JavaBindings implements Api {
  private readonly types = new Map<string, ApiType>();

  constructor(folder: string, javaPackage: string) {
    const sources = path.join(folder, 'src', 'main', 'java', ...javaPackage.split('.'));
    for (const file of fs.readdirSync(sources).filter(name => /^[A-Z]\w*\.java$/.test(name))) {
      const name = `${javaPackage}.${path.basename(file, '.java')}`;
      const [outer, builder] = fs.readFileSync(path.join(sources, file), 'utf8').split(/^ {4}final class Jsii\$Proxy /m)[0].split(/^ {4}public static final class Builder /m);
      this.types.set(name, describe(name, outer, '    ', name));
      if (builder !== undefined) { this.types.set(`${name}.Builder`, describe(`${name}.Builder`, builder, '        ', name)); }
    }
  }

  public type(name: string): ApiType | undefined {
    return this.types.get(name);
  }
}

function describe(name: string, body: string, indent: string, outer: string): ApiType {
  const statics = new Map<string, Member>();
  const members = new Map<string, Member>();
  const methods = new RegExp(`^${indent}(?:public |default )?(static |abstract )?(?:@[\\w.]+ )?([\\w.]+)(?:<.*>)? (\\w+)\\(`, 'gm');
  for (const [, ofType, returned, method] of body.matchAll(methods)) {
    if (returned === 'public' || returned === 'protected' || returned === 'private') { continue; } // a constructor
    (ofType === 'static ' ? statics : members).set(method, { callable: true, type: qualified(returned, outer) });
  }
  for (const [, type, constant] of body.matchAll(/^ {4}public final static ([\w.]+)(?:<.*>)? (\w+);$/gm)) { statics.set(constant, { callable: false, type }); }
  if (/^public enum /m.test(body)) {
    for (const [, value] of body.matchAll(/^ {4}([A-Z]\w*),$/gm)) { statics.set(value, { callable: false, type: name }); }
  }
  const [, bases] = /^public (?:class|interface) \w+ (?:extends|implements) (.*) \{$/m.exec(body) ?? [];
  return {
    name,
    statics,
    members,
    bases: bases?.split(/, | implements /) ?? [],
    construction: /^ {4}public \w+\(/m.test(body) && name === outer ? {} : undefined,
  };
}

/** Only what is in the same file is written without its package. */
function qualified(type: string, outer: string): string {
  return type === 'Builder' ? `${outer}.Builder` : outer.endsWith(`.${type}`) ? outer : type;
}
