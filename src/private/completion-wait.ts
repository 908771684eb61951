import { createHash } from 'crypto';
import { CfnElement, CfnWaitCondition, CfnWaitConditionHandle, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Construct, IDependable } from 'constructs';

const MAX_WAIT_SECONDS = 12 * 60 * 60;
/** CloudFormation gives up after our own time limit, which says more. */
const MARGIN_SECONDS = 5 * 60;

/**
 * Holds the deployment until a long export is done.
 *
 * A WaitCondition is used once: each export needs a new one, and a new handle. Their logical ids therefore end in a hash of
 * what the export depends on, as it stands in the template: the same for the same template, another for another export.
 */
export class CompletionWait {
  /** The presigned URL that ends the wait. */
  public readonly handleUrl: string;

  private readonly condition: CfnWaitCondition;

  /**
   * @param inputs what a new export follows from; may hold tokens
   * @param timeoutSeconds how long the export may take
   */
  constructor(scope: Construct, inputs: object, timeoutSeconds: number) {
    const handle = new CfnWaitConditionHandle(scope, 'WaitHandle');
    const timeout = Math.min(timeoutSeconds + MARGIN_SECONDS, MAX_WAIT_SECONDS);
    this.condition = new CfnWaitCondition(scope, 'WaitCondition', { handle: handle.ref, count: 1, timeout: `${timeout}` });
    this.handleUrl = handle.ref;
    for (const element of [handle, this.condition]) {
      followInputs(element, inputs);
    }
  }

  public waitFor(job: IDependable): void {
    this.condition.node.addDependency(job);
  }

  /** The same value, but whoever uses it waits too. */
  public gate(value: string): string {
    // Data is the JSON text of an object: what stands before its brace is empty.
    return Fn.join('', [value, Fn.select(0, Fn.split('{', Token.asString(this.condition.attrData)))]);
  }
}

function followInputs(element: CfnElement, inputs: object): void {
  const stack = Stack.of(element);
  element.overrideLogicalId(Lazy.uncachedString({
    produce: ({ resolve }) => {
      const hash = createHash('sha256').update(JSON.stringify(resolve(inputs))).digest('hex').slice(0, 8).toUpperCase();
      return `${stack.getLogicalId(element)}${hash}`;
    },
  }));
}
