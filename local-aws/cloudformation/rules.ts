import type { ServiceError } from '../core';
import { invalid } from './template/template';

/**
 * Types whose schema says `"replacementStrategy": "delete_then_create"`, which the specification leaves out. The schemas are those of
 * `aws cloudformation describe-type --type RESOURCE --type-name AWS::Personalize::Dataset`.
 *
 * @see https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html#schema-properties-replacementstrategy
 */
const DELETED_FIRST = ['AWS::EC2::SubnetRouteTableAssociation', 'AWS::IAM::ManagedPolicy', 'AWS::Personalize::Dataset'];

/** Whether a resource that is replaced is deleted before the new one is created. All others are deleted when the stack is complete. */
export function isDeletedFirst(type: string): boolean {
  return DELETED_FIRST.includes(type);
}

/**
 * What CloudFormation refuses though the specification of its resource types allows it: the refusals, each with the page that says so. The engine
 * knows when they apply.
 */
export const RULES = {
  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html */
  customNamed: (name: string): Error => new Error(
    `CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename ${name} and update the stack again.`),

  /** Of AWS's own types: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_TemplateSummaryConfig.html */
  unknownType: (type: string): ServiceError => invalid(`Template format error: Unrecognized resource types: [${type}]`),

  /** https://repost.aws/knowledge-center/cloudformation-template-validation */
  unresolved: (kind: 'resource' | 'condition', names: readonly string[], block: string): ServiceError => invalid(
    `Template format error: Unresolved ${kind} dependencies [${names.join(', ')}] in the ${block} block of the template`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html */
  otherType: (logicalIds: readonly string[]): ServiceError => invalid(
    `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${logicalIds.join(', ')}]`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html */
  exportTaken: (name: string, exporter: string): ServiceError => invalid(
    `Export with name ${name} is already exported by stack ${exporter}. Rollback requested by user.`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html */
  exportInUse: (name: string, change: 'updated' | 'deleted', importer: string): ServiceError => invalid(
    `Export ${name} cannot be ${change} as it is in use by ${importer}`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html */
  exportNameOfResource: (output: string): ServiceError => invalid(
    `Template format error: Output ${output} is malformed. The Name field of Export must not depend on any resources, imported values, or Fn::GetAZs.`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-importvalue.html */
  importOfResource: (): ServiceError => invalid(
    'Template error: the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs'),

  /** https://github.com/compose-x/ecs_composex/issues/444 */
  exportedTwice: (names: readonly string[]): ServiceError => invalid(
    `Template format error: The Outputs section contains duplicate Export names: [${names.join(', ')}]. Specify a unique name for each export.`),

  /** https://github.com/aws/aws-cdk/issues/5845 */
  exportNameMalformed: (output: string): ServiceError => invalid(
    `Template format error: Output ${output} is malformed. The Name field of every Export member must be specified and consist only of alphanumeric `
    + 'characters, colons, or hyphens.'),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html */
  replacementWithoutRollback: (): Error => new Error('Replacement type updates not supported on stack with disable-rollback.'),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html */
  updateWithRollbackOfFailed: (status: string): ServiceError => invalid(
    `This stack is currently in a non-terminal [${status}] state. To update the stack from this state, please use the `
    + 'disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API'),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html */
  rollbackOf: (status: string): ServiceError => invalid(`RollbackStack cannot be called from current stack status ${status}`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html */
  cancelOf: (status: string): ServiceError => invalid(`CancelUpdateStack cannot be called from current stack status ${status}`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-protect-stacks.html */
  protectedStack: (name: string): ServiceError => invalid(`Stack [${name}] cannot be deleted while TerminationProtection is enabled`),

  /** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html */
  onlyAfterFailedDeletion: (option: string): ServiceError => invalid(
    `Invalid operation on stack. ${option} can only be specified for stacks in DELETE_FAILED state.`),
};
