import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';

/** The modules of the Lambda runtime that handlers use: the library's, hand-written ones, the Provider framework's, those of CDK's custom resources. */
const RUNTIME_MODULES = ['@aws-sdk/client-lambda', '@aws-sdk/client-sfn', '@aws-sdk/client-personalize', '@aws-sdk/client-s3'];

/** A temporary folder with all that function processes see of this machine: the runtime's modules, an empty home, the functions' code. */
export class RuntimeFolder {
  public readonly modules: string;
  public readonly home: string;
  private readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'local-aws-lambda-'));
  private count = 0;

  constructor() {
    this.modules = this.subfolder('node_modules');
    this.home = this.subfolder('home');
    for (const name of RUNTIME_MODULES) {
      const link = path.join(this.modules, name);
      fs.mkdirSync(path.dirname(link), { recursive: true });
      fs.symlinkSync(path.dirname(require.resolve(`${name}/package.json`)), link, 'dir');
    }
  }

  /** A new folder for a function's code. */
  public codeFolder(functionName: string): string {
    return this.subfolder(path.join('code', `${functionName}-${++this.count}`));
  }

  /** Writes a file for the processes to read; returns its path. */
  public file(name: string, content: string): string {
    const file = path.join(this.root, name);
    fs.writeFileSync(file, content);
    return file;
  }

  public remove(): void {
    fs.rmSync(this.root, { recursive: true, force: true });
  }

  private subfolder(name: string): string {
    const folder = path.join(this.root, name);
    fs.mkdirSync(folder, { recursive: true });
    return folder;
  }
}
