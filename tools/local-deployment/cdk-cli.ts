import { spawn } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import type { Ready } from '../../local-aws/wire';
import { REPOSITORY } from '../repository';

const CLI = path.join(REPOSITORY, 'node_modules', 'aws-cdk', 'bin', 'cdk');
const TIME = path.join(__dirname, 'cli-time.cjs');

export interface CliResult {
  readonly exitCode: number;
  /** standard output and standard error, as a user sees them */
  readonly output: string;
  /** stack name, output name, value */
  readonly outputs: Record<string, Record<string, string>>;
}

export interface CliOptions {
  /** the folder of the app, with its cdk.json; default: the repository */
  readonly cwd?: string;
  /** further environment variables; undefined removes one that the CLI gets by default */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** called with each piece of output */
  readonly onOutput?: (text: string) => void;
}

/** The real CDK CLI against local AWS. */
export class CdkCli {
  constructor(private readonly ready: Ready) {}

  public async synth(args: string[], options: CliOptions = {}): Promise<CliResult> {
    return this.run(['synth', '--quiet', ...args], options);
  }

  public async deploy(args: string[], options: CliOptions = {}): Promise<CliResult> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-outputs-'));
    const outputsFile = path.join(folder, 'outputs.json');
    try {
      const result = await this.run(['deploy', '--require-approval', 'never', '--progress', 'events', '--outputs-file', outputsFile, ...args], options);
      return { ...result, outputs: fs.existsSync(outputsFile) ? JSON.parse(fs.readFileSync(outputsFile, 'utf8')) : {} };
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  public async rollback(args: string[], options: CliOptions = {}): Promise<CliResult> {
    return this.run(['rollback', ...args], options);
  }

  public async destroy(args: string[], options: CliOptions = {}): Promise<CliResult> {
    return this.run(['destroy', '--force', ...args], options);
  }

  /** An app is synthesized into a folder of this run: the CLI refuses one that another run is using. */
  private async run(args: string[], options: CliOptions): Promise<CliResult> {
    if (args.includes('--app')) { return this.spawn(args, options); }
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cdk-out-'));
    try {
      return await this.spawn([...args, '--output', folder], options);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  }

  private async spawn(args: string[], { cwd = REPOSITORY, env, onOutput }: CliOptions): Promise<CliResult> {
    const child = spawn(process.execPath, ['--require', TIME, CLI, ...args, '--no-notices'], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...this.ready.env,
        CDK_DISABLE_VERSION_CHECK: 'true',
        CDK_DISABLE_CLI_TELEMETRY: 'true',
        // apps of this repository import the library by its name and run with the newest CDK
        TSX_TSCONFIG_PATH: path.join(__dirname, 'examples.tsconfig.json'),
        NODE_NO_WARNINGS: '1',
        // loads the schemas of all resource types in each run; test/package/examples.test.ts validates the examples
        CDK_VALIDATION: 'false',
        ...env,
      },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onOutput?.(text);
      });
    }
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', code => resolve(code ?? 1));
    });
    return { exitCode, output, outputs: {} };
  }
}
