import { chosen, intrinsicName, invalid } from './template';
import { NotSupportedError, ServiceError } from '../../core';

export interface StackOutputReference {
  readonly stackName: string;
  readonly outputName: string;
}

/**
 * The functions that Fn::GetStackOutput may be in. In others CloudFormation answers InternalFailure:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
 */
const PLACES = ['Fn::If', 'Fn::Join', 'Fn::Select'];

/** The arguments of every Fn::GetStackOutput in a value, in the branches that its conditions choose. */
export function stackOutputArguments(value: unknown, conditions: ReadonlyMap<string, boolean>, allowed = true): unknown[] {
  if (value === null || typeof value !== 'object') { return []; }
  const name = intrinsicName(value);
  if (!name) { return Object.values(value).flatMap(member => stackOutputArguments(member, conditions, allowed)); }
  const argument = (value as Record<string, unknown>)[name];
  if (name !== 'Fn::GetStackOutput') {
    return stackOutputArguments(name === 'Fn::If' ? chosen(argument, conditions) : argument, conditions, allowed && PLACES.includes(name));
  }
  if (!allowed) { throw misplacedStackOutput(); }
  return [argument, ...stackOutputArguments(argument, conditions, false)];
}

export function misplacedStackOutput(): ServiceError {
  return new ServiceError('InternalFailure', 'Fn::GetStackOutput is not supported here: only as a property of a resource, or in Fn::If, Fn::Join or Fn::Select in one', 500);
}

/** @param argument of Fn::GetStackOutput, resolved */
export function stackOutputReference(argument: unknown, region: unknown): StackOutputReference {
  const { StackName, OutputName, Region, RoleArn } = argument as Record<string, unknown>;
  if (typeof StackName !== 'string' || typeof OutputName !== 'string') {
    throw invalid('Template error: Fn::GetStackOutput requires StackName and OutputName');
  }
  if (RoleArn !== undefined || (Region ?? region) !== region) {
    throw new NotSupportedError(`Fn::GetStackOutput of another account or region: ${StackName}`);
  }
  return { stackName: StackName, outputName: OutputName };
}
