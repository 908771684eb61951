import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type { Breakage } from './breakage';
import { REPOSITORY } from '../repository';

/** What is bundled into the handler. */
const BUNDLED = /^(lambda|src\/contract)\//;

/** A copy of the repository's files, to break. */
export class Copy {
  public readonly folder: string;
  /** Of jest. */
  public readonly cache: string;
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'mutations-'));
  private readonly temporary = path.join(this.root, 'tmp');
  private isBundled = false;

  constructor() {
    this.folder = path.join(this.root, 'repository');
    this.cache = path.join(this.root, 'cache');
    const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: REPOSITORY, encoding: 'utf8' }).split('\0');
    for (const file of files.filter(name => name !== '' && fs.existsSync(path.join(REPOSITORY, name)))) {
      fs.cpSync(path.join(REPOSITORY, file), path.join(this.folder, file));
    }
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(this.folder, 'node_modules'));
    this.bundle();
  }

  /** @returns repairs it */
  public break({ file, from, to }: Breakage): () => void {
    const whole = this.read(file);
    this.write(file, whole.replace(from, () => to));
    return () => this.write(file, whole);
  }

  /** As projen does it, without the time that projen takes. Deployments need it. */
  public bundle(): void {
    if (this.isBundled) { return; }
    const { tasks } = JSON.parse(this.read('.projen/tasks.json'));
    const [command, ...args] = tasks['bundle:lambda/index'].steps[0].execArgs;
    execFileSync(path.join(this.folder, 'node_modules', '.bin', command), args, { cwd: this.folder, stdio: 'pipe' });
    this.isBundled = true;
  }

  /** For the temporary files of a test, which may be ended before it removes them. */
  public newTemporaryFolder(): string {
    fs.rmSync(this.temporary, { recursive: true, force: true });
    fs.mkdirSync(this.temporary);
    return this.temporary;
  }

  public remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  private read(file: string): string {
    return fs.readFileSync(path.join(this.folder, file), 'utf8');
  }

  private write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.folder, file), text);
    if (BUNDLED.test(file)) { this.isBundled = false; }
  }
}
