import * as fs from 'fs';
import * as path from 'path';
import { gunzipSync } from 'zlib';
import { REPOSITORY } from '../../../tools/packed';

export interface TypeReference {
  readonly fqn?: string;
}

export interface Property {
  readonly name: string;
  readonly static?: boolean;
  readonly protected?: boolean;
  readonly const?: boolean;
  readonly type: TypeReference;
}

export interface Parameter {
  readonly name: string;
  readonly variadic?: boolean;
  readonly type: TypeReference;
}

export interface Callable {
  readonly name?: string;
  readonly static?: boolean;
  readonly protected?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly returns?: { readonly type: TypeReference };
}

export interface JsiiType {
  readonly fqn: string;
  readonly kind: 'class' | 'interface' | 'enum';
  readonly name: string;
  readonly abstract?: boolean;
  /** an interface that is a struct */
  readonly datatype?: boolean;
  readonly base?: string;
  readonly interfaces?: readonly string[];
  readonly initializer?: Callable;
  readonly methods?: readonly Callable[];
  readonly properties?: readonly Property[];
  /** of an enum */
  readonly members?: ReadonlyArray<{ readonly name: string }>;
}

interface Targets {
  readonly python?: { readonly module?: string };
  readonly java?: { readonly package?: string };
  readonly dotnet?: { readonly namespace?: string };
  readonly go?: { readonly moduleName?: string; readonly packageName?: string };
}

/** What jsii knows about a library. */
export class Assembly {
  /** The assembly in the package of a dependency. */
  public static of(packageName: string): Assembly {
    const folder = path.join(REPOSITORY, 'node_modules', packageName);
    const plain = JSON.parse(fs.readFileSync(path.join(folder, '.jsii'), 'utf8'));
    return new Assembly(plain.filename === undefined ? plain : JSON.parse(gunzipSync(fs.readFileSync(path.join(folder, plain.filename))).toString('utf8')));
  }

  public readonly name: string;
  public readonly version: string;
  public readonly targets: Targets;
  public readonly types: Readonly<Record<string, JsiiType>>;
  private readonly submodules: Readonly<Record<string, { readonly targets?: Targets }>>;

  private constructor(json: any) {
    this.name = json.name;
    this.version = json.version;
    this.targets = json.targets;
    this.types = json.types;
    this.submodules = json.submodules ?? {};
  }

  /** The innermost submodule that a type is in, or the library itself. */
  public moduleOf(fqn: string): { readonly name: string; readonly targets: Targets } {
    for (let name = fqn.slice(0, fqn.lastIndexOf('.')); name.length > this.name.length; name = name.slice(0, name.lastIndexOf('.'))) {
      if (this.submodules[name]) { return { name, targets: this.submodules[name].targets ?? {} }; }
    }
    return { name: this.name, targets: this.targets };
  }

  /** All properties of a struct, the inherited ones too; nothing if it is not a struct. */
  public structProperties(fqn: string | undefined): Property[] {
    const type = fqn === undefined ? undefined : this.types[fqn];
    if (!type?.datatype) { return []; }
    return [...type.properties ?? [], ...(type.interfaces ?? []).flatMap(base => this.structProperties(base))];
  }
}
