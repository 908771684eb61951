import type { StackOutputReference } from './stack-output';
import type { Template } from './template';

/** What intrinsic functions refer to. */
export interface Scope {
  readonly template: Template;
  /** values of the template's parameters and of the pseudo parameters */
  readonly parameters: ReadonlyMap<string, string | string[]>;
  readonly conditions: ReadonlyMap<string, boolean>;
  /** `Ref` of a resource */
  physicalId(logicalId: string): unknown;
  /** `Fn::GetAtt` of a resource */
  attribute(logicalId: string, name: string): unknown;
  importValue(name: string): string;
  /** `Fn::GetStackOutput` */
  stackOutput(reference: StackOutputReference): string;
}
