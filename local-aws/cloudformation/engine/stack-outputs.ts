import type { Stack } from './stack';
import type { AuthorizationRequest, Iam } from '../../core';
import type { Blueprint } from '../template/blueprint';
import type { StackOutputReference } from '../template/stack-output';
import { invalid } from '../template/template';

/** Looks up what Fn::GetStackOutput asked for. */
export type StackOutputReader = (reference: StackOutputReference) => string;

/**
 * The outputs of all stacks, exported or not. Who reads one needs cloudformation:DescribeStacks on its stack, and does not hold it back:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
 */
export class StackOutputs {
  constructor(private readonly find: (stackName: string) => Stack | undefined, private readonly iam: Iam) {}

  /** Reads everything that a stack refers to; what is wrong with a reference is told when it is used. */
  public async read({ stackOutputs }: Blueprint, principal: AuthorizationRequest['principal']): Promise<StackOutputReader> {
    const read = new Map<string, string | Error>();
    for (const reference of stackOutputs) {
      read.set(key(reference), await this.value(reference, principal).catch((error: Error) => error));
    }
    return reference => {
      const value = read.get(key(reference))!;
      if (value instanceof Error) {
        throw value;
      }
      return value;
    };
  }

  private async value({ stackName, outputName }: StackOutputReference, principal: AuthorizationRequest['principal']): Promise<string> {
    const stack = this.find(stackName);
    if (!stack || stack.isDeleted) {
      throw invalid(`Stack with id ${stackName} does not exist`);
    }
    await this.iam.authorize({ principal, action: 'cloudformation:DescribeStacks', resource: stack.id });
    const output = stack.outputs.find(({ key: name }) => name === outputName);
    if (!output) {
      throw invalid(`Output ${outputName} does not exist in stack ${stackName}`);
    }
    return output.value;
  }
}

function key({ stackName, outputName }: StackOutputReference): string {
  return `${stackName}\n${outputName}`;
}
