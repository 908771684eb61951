import type { Exports } from './exports';
import type { Stack } from './stack';
import { found } from '../../core';
import type { Principal } from '../../services/iam/authorization';
import type { World } from '../../world';
import type { Blueprint } from '../template/blueprint';
import type { Scope } from '../template/scope';
import type { StackOutputReference } from '../template/stack-output';
import { invalid } from '../template/template';

/** The two ways to refer to other stacks. */
export interface OtherStacks {
  /** for Fn::ImportValue */
  readonly exports: Exports;
  /** for Fn::GetStackOutput */
  readonly outputs: StackOutputs;
}

/**
 * The outputs of all stacks. Reading one needs cloudformation:DescribeStacks on its stack, and does not protect it from changes:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
 */
export class StackOutputs {
  constructor(private readonly find: (stackName: string) => Stack | undefined, private readonly world: Pick<World, 'iam'>) {}

  /** Reads everything that a stack refers to. A wrong reference throws only when it is used. */
  public async read({ stackOutputs }: Blueprint, principal: Principal): Promise<Scope['stackOutput']> {
    const key = ({ stackName, outputName }: StackOutputReference) => `${stackName}\n${outputName}`;
    const read = new Map<string, string | Error>();
    for (const reference of stackOutputs) { read.set(key(reference), await this.value(reference, principal).catch((error: Error) => error)); }
    return reference => {
      const value = read.get(key(reference))!;
      if (value instanceof Error) { throw value; }
      return value;
    };
  }

  private async value({ stackName, outputName }: StackOutputReference, principal: Principal): Promise<string> {
    const stack = this.find(stackName);
    if (!stack || stack.isDeleted) { throw invalid(`Stack with id ${stackName} does not exist`); }
    await this.world.iam.authorize({ principal, action: 'cloudformation:DescribeStacks', resource: stack.id });
    const missing = () => invalid(`Output ${outputName} does not exist in stack ${stackName}`);
    return found(stack.outputs.find(({ key }) => key === outputName), missing).value;
  }
}
