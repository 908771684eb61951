import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Api, Apis } from './api';
import { Assembly } from './assembly';
import { CsharpBindings } from './csharp-bindings';
import { CsharpCheck } from './csharp-check';
import { DependencyNames } from './dependency-names';
import { GoBindings } from './go-bindings';
import { GoCheck } from './go-check';
import { JavaBindings } from './java-bindings';
import { JavaCheck } from './java-check';
import { NameCheck } from './name-check';
import { Language } from './naming';
import { PythonBindings } from './python-bindings';
import { PythonCheck } from './python-check';
import { REPOSITORY } from '../../../tools/packed';

interface Targets {
  readonly python: { readonly module: string; readonly distName: string };
  readonly java: { readonly package: string; readonly maven: { readonly groupId: string; readonly artifactId: string } };
  readonly dotnet: { readonly namespace: string; readonly packageId: string };
}

/** The bindings of this library as jsii-pacmak generates them, and the names of what they depend on. */
export class Bindings {
  /** Needs the library compiled: `npx projen compile`. */
  public static generate(): Bindings {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'bindings-'));
    execFileSync(process.execPath, [
      path.join(REPOSITORY, 'node_modules', '.bin', 'jsii-pacmak'), '--code-only', '--outdir', folder, '--targets', 'python', 'java', 'dotnet', 'go',
    ], { cwd: REPOSITORY, stdio: 'pipe' });
    return new Bindings(folder);
  }

  /** what this library is called in each language, as in .projenrc.ts */
  public readonly targets: Targets;
  private readonly dependencies = [Assembly.of('aws-cdk-lib'), Assembly.of('constructs')];

  private constructor(public readonly folder: string) {
    this.targets = JSON.parse(fs.readFileSync(path.join(REPOSITORY, 'package.json'), 'utf8')).jsii.targets;
  }

  /** What Go imports. */
  public get go(): GoBindings {
    const [packageName] = fs.readdirSync(path.join(this.folder, 'go'));
    return new GoBindings(path.join(this.folder, 'go'), packageName);
  }

  /** Reads an example of a language. */
  public check(language: Language, source: string): NameCheck {
    const { python, java, dotnet } = this.targets;
    const dependencies = this.dependencies.map(assembly => new DependencyNames(assembly, language));
    const isNamespace = (name: string) => dependencies.some(names => names.hasNamespace(name));
    const apis = (ours: Api) => new Apis([ours, ...dependencies]);
    switch (language) {
      case 'python': return new PythonCheck(apis(new PythonBindings(path.join(this.folder, 'python'), python.module)), isNamespace, source);
      case 'java': return new JavaCheck(apis(new JavaBindings(path.join(this.folder, 'java'), java.package)), source);
      case 'csharp': return new CsharpCheck(
        apis(new CsharpBindings(path.join(this.folder, 'dotnet'), dotnet.packageId, dotnet.namespace)), name => name === dotnet.namespace || isNamespace(name), source,
      );
      case 'go': return new GoCheck(apis(this.go), new Map([[this.go.importPath, this.go.packageName], ...this.dependencies.flatMap(goPackages)]), source);
    }
  }

  public remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}

/** The packages of a dependency by their paths. */
function goPackages(assembly: Assembly): Array<[string, string]> {
  const name = assembly.targets.go!.packageName ?? assembly.name;
  const module = `${assembly.targets.go!.moduleName}/${name}/v${assembly.version.split('.')[0]}`;
  const submodules = new Set(Object.keys(assembly.types).map(fqn => assembly.moduleOf(fqn).name.slice(assembly.name.length + 1)).filter(submodule => /^\w+$/.test(submodule)));
  return [[module, name], ...[...submodules].map(submodule => submodule.replaceAll('_', '')).map(submodule => [`${module}/${submodule}`, submodule] as [string, string])];
}
