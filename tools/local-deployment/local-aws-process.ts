import { spawn, type ChildProcess } from 'child_process';
import * as path from 'path';
import { createInterface } from 'readline';
import { LocalAwsClient } from '../../local-aws/client';
import type { ProfileName } from '../../local-aws/profile';
import type { Ready } from '../../local-aws/wire';

const MAIN = path.join(__dirname, '..', '..', 'local-aws', 'main.ts');

export interface LocalAwsProcessOptions {
  /** simulated seconds per real one */
  readonly speed: number;
  /** CSV file with the records of the datasets */
  readonly dataFile?: string;
  /** default: plain */
  readonly profile?: ProfileName;
}

/** Local AWS in a process of its own, as `npm run local-aws` starts it. */
export class LocalAwsProcess {
  public static async start(options: LocalAwsProcessOptions): Promise<LocalAwsProcess> {
    const args = ['--import', 'tsx', MAIN, '--watch-stdin', '--region', 'eu-west-1', '--speed', `${options.speed}`];
    if (options.dataFile !== undefined) { args.push('--data', options.dataFile); }
    if (options.profile !== undefined) { args.push('--profile', options.profile); }
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const errors: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const ready = await new Promise<Ready>((resolve, reject) => {
      createInterface({ input: child.stdout }).once('line', line => resolve(JSON.parse(line) as Ready));
      child.once('exit', code => reject(new Error(`local AWS ended with ${code}: ${errors.join('')}`)));
    });
    return new LocalAwsProcess(child, ready);
  }

  public readonly client: LocalAwsClient;

  private constructor(private readonly child: ChildProcess, public readonly ready: Ready) {
    this.client = new LocalAwsClient(ready.endpoint);
  }

  public async stop(): Promise<void> {
    if (this.child.exitCode !== null) { return; }
    const ended = new Promise(resolve => this.child.once('exit', resolve));
    this.child.stdin!.end();
    await ended;
  }
}
