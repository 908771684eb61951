import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { REPOSITORY } from '../tools/repository';

/** The peers and the scripts for new processes as JavaScript, so that samples include no compiler. */
export class Compiled {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'benchmark-'));

  constructor() {
    execFileSync(path.join(REPOSITORY, 'node_modules', '.bin', 'esbuild'), [
      ...['synthesis.ts', ...this.files('peers'), ...this.files('children')].map(file => path.join('benchmark', file)),
      `--outdir=${this.folder}`, '--outbase=benchmark', '--format=cjs', '--platform=node', '--log-level=error',
    ], { cwd: REPOSITORY });
    fs.cpSync(path.join(__dirname, 'peers', 'own-provider'), path.join(this.folder, 'peers', 'own-provider'), { recursive: true });
  }

  public script(name: string): string {
    return path.join(this.folder, 'children', `${name}.js`);
  }

  public remove(): void {
    fs.rmSync(this.folder, { recursive: true });
  }

  private files(folder: string): string[] {
    return fs.readdirSync(path.join(__dirname, folder)).filter(name => name.endsWith('.ts')).map(name => path.join(folder, name));
  }
}
