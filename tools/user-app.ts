import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { extract } from 'tar';
import { REPOSITORY } from './repository';

const NAME = 'cdk-personalize-dataset-export';

/** The tarball that `projen package:js` made. */
export function tarball(): string {
  const folder = path.join(REPOSITORY, 'dist', 'js');
  const found = fs.readdirSync(folder).filter(name => name.endsWith('.tgz'));
  if (found.length !== 1) { throw new Error(`expected one tarball in ${folder}, got ${JSON.stringify(found)}: run "npx projen package:js"`); }
  return path.join(folder, found[0]);
}

/** The oldest aws-cdk-lib that is supported, and the newest that is tested, in node_modules. */
export type Cdk = 'aws-cdk-lib' | 'aws-cdk-lib-newest';

/** A folder with the packed library and aws-cdk-lib in its node_modules, like a user's new app. */
export class UserApp {
  public static async create(cdk: Cdk = 'aws-cdk-lib-newest'): Promise<UserApp> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'user-app-'));
    const modules = path.join(folder, 'node_modules');
    fs.mkdirSync(path.join(modules, NAME), { recursive: true });
    await extract({ file: tarball(), cwd: path.join(modules, NAME), strip: 1 });
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules', cdk), path.join(modules, 'aws-cdk-lib'));
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules', 'constructs'), path.join(modules, 'constructs'));
    return new UserApp(folder);
  }

  /** A folder after `npm install`: npm installs the tarball, without a network; the other packages and their commands are links into this repository. */
  public static install(packages: readonly string[]): UserApp {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'user-app-'));
    execFileSync('npm', ['install', '--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', tarball()], { cwd: folder, stdio: 'pipe' });
    fs.mkdirSync(path.join(folder, 'node_modules', '.bin'), { recursive: true });
    for (const name of packages) {
      const from = path.join(REPOSITORY, 'node_modules', name === 'aws-cdk-lib' ? 'aws-cdk-lib-newest' : name);
      fs.symlinkSync(from, path.join(folder, 'node_modules', name));
      const { bin = {} } = JSON.parse(fs.readFileSync(path.join(from, 'package.json'), 'utf8')) as { bin?: string | Record<string, string> };
      for (const [command, file] of typeof bin === 'string' ? [[name, bin]] : Object.entries(bin)) {
        fs.symlinkSync(path.join(from, file), path.join(folder, 'node_modules', '.bin', command));
      }
    }
    return new UserApp(folder);
  }

  public readonly library: string;

  private constructor(public readonly folder: string) {
    this.library = path.join(folder, 'node_modules', NAME);
  }

  public write(name: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, name), text);
  }

  public remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }
}
