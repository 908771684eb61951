import { spawn, type ChildProcess } from 'child_process';
import * as path from 'path';
import * as readline from 'readline';
import type { LambdaFunction } from './function';
import { ProcessWork, type Waits } from './process-work';
import type { Callers } from '../../callers';
import type { Clock } from '../../core';
import type { Work } from '../../work';

/** The payload of an invocation, or the error as Lambda shapes it. */
export type Outcome = { readonly payload: string } | { readonly error: object };

export interface ProcessInvocation {
  readonly requestId: string;
  readonly payload: string;
  readonly functionArn: string;
}

const TIMED_OUT = Symbol('timed out');

type Message = { ready: true } | Outcome;

/** Real milliseconds: a process that does nothing but wait says so long before, one in an endless loop never does. */
const ENDLESS_MS = 120_000;

/** A Node.js process of a function. It takes one invocation at a time. */
export class FunctionProcess {
  public readonly revision: number;
  private readonly child: ChildProcess;
  private readonly initialized: Promise<Message | undefined>;
  private readonly work: ProcessWork;
  private exit?: { code: number | null; signal: NodeJS.Signals | null };

  constructor(
    public readonly fn: LambdaFunction,
    public readonly accessKeyId: string,
    private readonly world: { readonly clock: Clock; readonly callers: Callers },
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
    this.work = new ProcessWork(world.clock, () => this.send({ time: world.clock.now() }));
    this.child.on('message', (message: { waits?: Waits }) => {
      if (message.waits) { this.work.waits(message.waits); }
    });
    this.initialized = this.nextMessage();
  }

  public get alive(): boolean {
    return this.exit === undefined && !this.child.killed;
  }

  /** @param work pauses while the process waits for simulated time */
  public async invoke(invocation: ProcessInvocation, timeoutSeconds: number, work: Work): Promise<Outcome> {
    return this.work.during(work, () => (
      this.world.callers.present(this.accessKeyId, waiting => this.work.requestsWaiting(waiting), () => this.answer(invocation, timeoutSeconds))
    ));
  }

  public kill(): void {
    this.child.kill('SIGKILL');
  }

  /** The timeout begins when the process is ready: Lambda does not count the initialization. */
  private async answer(invocation: ProcessInvocation, timeoutSeconds: number): Promise<Outcome> {
    const endless = setTimeout(() => this.kill(), ENDLESS_MS);
    try {
      const initialized = await this.initialized;
      if (!initialized || !('ready' in initialized)) { return initialized ?? this.exitError(invocation.requestId); }
      const answer = this.nextMessage();
      const { clock } = this.world;
      const milliseconds = timeoutSeconds * 1000;
      this.work.goesOn();
      this.send({ ...invocation, time: clock.now(), deadline: clock.now() + milliseconds });
      const outcome = await Promise.race([clock.sleep(milliseconds).then(() => TIMED_OUT), answer]);
      if (outcome === TIMED_OUT) {
        this.kill();
        return timedOut(invocation.requestId, timeoutSeconds);
      }
      return outcome as Outcome ?? this.exitError(invocation.requestId);
    } finally {
      clearTimeout(endless);
    }
  }

  private send(message: object): void {
    if (!this.child.connected) { return; }
    this.child.send(message, () => {
      // whether it failed shows in the process's exit
    });
  }

  /** The process's next message that is not about waiting; undefined if it ends instead. */
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
      const onMessage = (message: object) => {
        if (!('waits' in message)) { settle(message as Message); }
      };
      const onExit = () => settle();
      this.child.on('message', onMessage);
      this.child.once('exit', onExit);
      this.child.once('error', onExit);
    });
  }

  private exitError(requestId: string): Outcome {
    const how = this.exit?.signal ? `error: signal: ${this.exit.signal}` : `exit status ${this.exit?.code}`;
    return { error: { errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited with ${how}` } };
  }
}

function timedOut(requestId: string, seconds: number): Outcome {
  return { error: { errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after ${seconds.toFixed(2)} seconds` } };
}
