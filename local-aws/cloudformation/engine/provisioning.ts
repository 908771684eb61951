import type { Stack } from './stack';
import { runSteps, type Step } from './steps';

/**
 * The part of an operation that makes and changes resources. A failure calls off everything else; with rollback disabled,
 * only what depends on the failed resource does not begin:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
export class Provisioning {
  /** whether somebody asked for its end */
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

  /** Whether what was done stays when something failed. */
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
