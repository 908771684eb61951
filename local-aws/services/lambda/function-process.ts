import { spawn, type ChildProcess } from 'child_process';
import * as path from 'path';
import * as readline from 'readline';
import { clockOffset, type LambdaFunction } from './function';
import type { Clock } from '../../core';

/** The payload of an invocation, or the error as Lambda shapes it. */
export type Outcome = { readonly payload: string } | { readonly error: object };

export interface ProcessInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
}

type Message = { ready: true } | Outcome;

/** A Node.js process of a function. It takes one invocation at a time. */
export class FunctionProcess {
  public readonly revision: number;
  private readonly child: ChildProcess;
  private readonly initialized: Promise<Message | undefined>;
  private exit?: { code: number | null; signal: NodeJS.Signals | null };

  constructor(
    public readonly fn: LambdaFunction,
    public readonly accessKeyId: string,
    private readonly clock: Clock,
    env: Record<string, string>,
    onLine: (line: string) => void,
  ) {
    const { memorySize, logging } = fn.configuration;
    this.revision = fn.revision;
    this.child = spawn(process.execPath, [
      `--max-old-space-size=${memorySize}`,
      // or the function's log would have the SDK's warning about an old Node.js
      '--no-warnings',
      path.join(__dirname, 'bootstrap.cjs'),
      JSON.stringify({ format: logging.format, level: logging.applicationLevel }),
    ], { cwd: fn.codeFolder, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.child.once('exit', (code, signal) => { this.exit = { code, signal }; });
    this.child.once('error', () => {
      // it could not start: local AWS is stopping and has removed its code
      this.exit = { code: null, signal: null };
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) { readline.createInterface({ input: stream }).on('line', onLine); }
    this.initialized = this.nextMessage();
  }

  public get alive(): boolean {
    return this.exit === undefined && !this.child.killed;
  }

  /** The timeout begins when the process is ready: Lambda does not count the initialization. */
  public async invoke(invocation: ProcessInvocation, timeoutSeconds: number): Promise<Outcome> {
    const initialized = await this.initialized;
    if (!initialized || !('ready' in initialized)) { return initialized ?? this.exitError(invocation.requestId); }
    const answer = this.nextMessage();
    const milliseconds = timeoutSeconds * 1000;
    this.child.send({ ...invocation, deadline: this.clock.now() + milliseconds, clockOffset: clockOffset(this.clock) }, () => {
      // whether it failed shows in the process's exit
    });
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<Outcome>(resolve => {
      timer = setTimeout(() => {
        this.kill();
        resolve({
          error: {
            errorType: 'Sandbox.Timedout',
            errorMessage: `RequestId: ${invocation.requestId} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
          },
        });
      }, milliseconds);
    });
    try {
      return await Promise.race([timedOut, answer.then(message => message as Outcome ?? this.exitError(invocation.requestId))]);
    } finally {
      clearTimeout(timer);
    }
  }

  public kill(): void {
    this.child.kill('SIGKILL');
  }

  /** The process's next message; undefined if it ends instead. */
  private nextMessage(): Promise<Message | undefined> {
    return new Promise(resolve => {
      if (this.exit) {
        resolve(undefined);
        return;
      }
      const settle = (message?: Message) => {
        this.child.off('message', onMessage);
        this.child.off('exit', onExit);
        this.child.off('error', onExit);
        resolve(message);
      };
      const onMessage = (message: unknown) => settle(message as Message);
      const onExit = () => settle();
      this.child.once('message', onMessage);
      this.child.once('exit', onExit);
      this.child.once('error', onExit);
    });
  }

  private exitError(requestId: string): Outcome {
    const how = this.exit?.signal ? `error: signal: ${this.exit.signal}` : `exit status ${this.exit?.code}`;
    return { error: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited with ${how}` } };
  }
}
