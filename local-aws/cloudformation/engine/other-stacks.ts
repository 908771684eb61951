import type { Exports } from './exports';
import type { StackOutputs } from './stack-outputs';

/** The two ways to refer to other stacks. */
export interface OtherStacks {
  /** Fn::ImportValue */
  readonly exports: Exports;
  /** Fn::GetStackOutput */
  readonly outputs: StackOutputs;
}
