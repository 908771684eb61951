import type { Stack } from './stack';
import { runSteps, type Step } from './steps';

/**
 * The part of an operation that creates and updates resources. A failure cancels everything else. With rollback disabled, it stops only what
 * depends on the failed resource: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
export class Provisioning {
  /** by a user */
  public isCancelled = false;
  private readonly controller = new AbortController();

  constructor(private readonly stack: Stack) {
    stack.cancel = () => {
      this.isCancelled = true;
      this.controller.abort();
    };
  }

  public get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the result stays after a failure. */
  public get isKept(): boolean {
    return this.stack.disableRollback && !this.isCancelled;
  }

  /** Returns the failures by resource. */
  public async run(steps: readonly Step[]): Promise<Map<string, Error>> {
    return runSteps(steps, {
      order: 'eager first',
      signal: this.signal,
      ...this.stack.disableRollback ? { afterFailure: 'go on' } : { afterFailure: 'stop', onFailure: () => this.controller.abort() },
    });
  }
}
