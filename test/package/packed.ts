import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { extract } from 'tar';

export const REPOSITORY = path.join(__dirname, '..', '..');
const NAME = 'cdk-personalize-dataset-export';

/** The tarball as `projen package:js` made it. */
export function tarball(): string {
  const folder = path.join(REPOSITORY, 'dist', 'js');
  const found = fs.readdirSync(folder).filter(name => name.endsWith('.tgz'));
  if (found.length !== 1) { throw new Error(`one tarball is expected in ${folder}, got ${JSON.stringify(found)}: run "npx projen package"`); }
  return path.join(folder, found[0]);
}

/** A folder with the packed library and the newest aws-cdk-lib in its node_modules, as in a user's empty app. */
export class UserApp {
  public static async create(): Promise<UserApp> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'user-app-'));
    const modules = path.join(folder, 'node_modules');
    fs.mkdirSync(path.join(modules, NAME), { recursive: true });
    await extract({ file: tarball(), cwd: path.join(modules, NAME), strip: 1 });
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules', 'aws-cdk-lib-newest'), path.join(modules, 'aws-cdk-lib'));
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules', 'constructs'), path.join(modules, 'constructs'));
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
