import * as client from '@aws-sdk/client-cloudformation';
import { describeChangeSet, describeResource, describeStack, summarizeResource } from './descriptions';
import type { ChangeSet } from './engine/change-set';
import type { Stack, StackSettings } from './engine/stack';
import { invalid } from './template/template';
import { templateText } from './template-source';
import { ACCOUNT, NotSupportedError, ServiceError, found, type Api } from '../core';
import type { Call, Operation } from '../protocols/protocol';
import { QueryApi } from '../protocols/query';
import type { QueryParameters } from '../protocols/query-parameters';
import type { World } from '../world';

type CloudFormationCall = Call<QueryParameters>;

const EVENTS_PER_PAGE = 100;
const NO_SUCH_STACK_ID = '00000000-0000-0000-0000-000000000000';

/** An operation on an existing stack. */
function onStack(operation: (call: CloudFormationCall, stack: Stack, world: World) => object | Promise<object>): Operation<QueryParameters, object> {
  return async (call, world) => {
    const name = call.parameters.required('StackName');
    await authorize(call, world, name);
    return operation(call, world.cloudformation.get(name), world);
  };
}

/** What the CDK CLI and this library use of CloudFormation. */
export const cloudFormationApi: Api = new QueryApi('cloudformation', client, 'http://cloudformation.amazonaws.com/doc/2010-05-15/', {
  CancelUpdateStack: onStack(({ parameters }, stack, { cloudformation }) => {
    parameters.text('ClientRequestToken');
    cloudformation.cancelUpdate(stack);
    return {};
  }),

  CreateChangeSet: async (call, world) => {
    const { parameters } = call;
    const stackName = parameters.required('StackName');
    await authorize(call, world, stackName);
    const type = parameters.text('ChangeSetType') ?? 'UPDATE';
    if (type !== 'CREATE' && type !== 'UPDATE') { throw new NotSupportedError(`change sets of type ${type}`); }
    parameters.text('ClientToken');
    parameters.accept('IncludeNestedStacks', 'true', 'false');
    parameters.accept('ImportExistingResources', 'false');
    parameters.accept('OnStackFailure', 'ROLLBACK');
    parameters.accept('DeploymentConfig.Mode', 'STANDARD');
    parameters.accept('DeploymentConfig.DisableRollback', 'false');
    const request = {
      stackName,
      type,
      changeSetName: parameters.required('ChangeSetName'),
      description: parameters.text('Description'),
      templateText: await templateText(call, world),
      parameters: new Map(parameters.structures('Parameters', ['ParameterKey', 'ParameterValue', 'UsePreviousValue'])
        .map(({ ParameterKey, ParameterValue, UsePreviousValue }) => [ParameterKey!, UsePreviousValue === 'true' ? undefined : ParameterValue])),
      settings: {
        ...acting(await passedRole(call, world), call),
        capabilities: parameters.list('Capabilities'),
        tags: parameters.structures('Tags', ['Key', 'Value']).map(({ Key = '', Value = '' }) => ({ Key, Value })),
      },
    } as const;
    parameters.refuseOthers();
    const { stack, changeSet } = world.cloudformation.createChangeSet(request);
    return { Id: changeSet.id, StackId: stack.id };
  },

  DeleteChangeSet: async (call, world) => {
    const { stack, changeSet } = await findChangeSet(call, world);
    if (changeSet) { world.cloudformation.deleteChangeSet(stack, changeSet); }
    return {};
  },

  DeleteStack: async (call, world) => {
    const { parameters } = call;
    const name = parameters.required('StackName');
    await authorize(call, world, name);
    parameters.text('ClientRequestToken');
    parameters.accept('DeletionMode', 'STANDARD', 'FORCE_DELETE_STACK');
    const force = parameters.text('DeletionMode') === 'FORCE_DELETE_STACK';
    parameters.accept('DeploymentConfig.Mode', 'STANDARD');
    const roleArn = await passedRole(call, world);
    const retain = parameters.list('RetainResources');
    parameters.refuseOthers();
    const stack = world.cloudformation.find(name);
    if (stack) { world.cloudformation.deleteStack(stack, acting(roleArn ?? stack.settings.roleArn, call), { retain, force }); }
    return {};
  },

  DescribeChangeSet: async (call, world) => {
    call.parameters.accept('IncludePropertyValues', 'true', 'false');
    const { stack, changeSet } = await existingChangeSet(call, world);
    return describeChangeSet(stack, changeSet);
  },

  DescribeStackEvents: onStack(({ parameters }, stack) => {
    const newestFirst = [...stack.events].reverse();
    // a token counts from the oldest event, so that new events do not move the pages
    const token = parameters.text('NextToken');
    const start = token === undefined ? 0 : newestFirst.length - Number(token);
    const left = newestFirst.length - start - EVENTS_PER_PAGE;
    return { StackEvents: newestFirst.slice(start, start + EVENTS_PER_PAGE), NextToken: left > 0 ? String(left) : undefined };
  }),

  DescribeStackResource: onStack(({ parameters }, stack) => {
    const logicalId = parameters.required('LogicalResourceId');
    const state = found(stack.resources.get(logicalId), () => invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`));
    return { StackResourceDetail: { StackName: stack.name, StackId: stack.id, ...summarizeResource(state) } };
  }),

  DescribeStackResources: onStack(({ parameters }, stack) => {
    const wanted = parameters.text('LogicalResourceId');
    const states = [...stack.resources.values()].filter(({ logicalId }) => (wanted ?? logicalId) === logicalId);
    return { StackResources: states.map(state => describeResource(stack, state)) };
  }),

  DescribeStacks: async (call, world) => {
    const name = call.parameters.text('StackName');
    await authorize(call, world, name);
    const stacks = name === undefined ? world.cloudformation.all().filter(stack => !stack.isDeleted) : [world.cloudformation.get(name)];
    return { Stacks: stacks.map(describeStack) };
  },

  ExecuteChangeSet: async (call, world) => {
    const { parameters } = call;
    parameters.text('ClientRequestToken');
    const disableRollback = parameters.flag('DisableRollback');
    parameters.accept('RetainExceptOnCreate', 'false');
    const { stack, changeSet } = await existingChangeSet(call, world);
    parameters.refuseOthers();
    if (changeSet.failure !== undefined) {
      throw new ServiceError('InvalidChangeSetStatus', `ChangeSet [${changeSet.id}] cannot be executed in its current status of [FAILED]`);
    }
    world.cloudformation.executeChangeSet(stack, changeSet, disableRollback);
    return {};
  },

  GetTemplate: onStack(({ parameters }, stack) => {
    parameters.accept('TemplateStage', 'Original', 'Processed');
    return { TemplateBody: stack.blueprint?.text ?? '{}', StagesAvailable: ['Original', 'Processed'] };
  }),

  ListStackResources: onStack((_call, stack) => ({ StackResourceSummaries: [...stack.resources.values()].map(summarizeResource) })),

  RollbackStack: onStack(async (call, stack, world) => {
    call.parameters.text('ClientRequestToken');
    const retainExceptOnCreate = call.parameters.flag('RetainExceptOnCreate');
    const roleArn = await passedRole(call, world);
    call.parameters.refuseOthers();
    world.cloudformation.rollbackStack(stack, acting(roleArn ?? stack.settings.roleArn, call), retainExceptOnCreate);
    return { StackId: stack.id };
  }),

  UpdateTerminationProtection: onStack(({ parameters }, stack) => {
    stack.terminationProtection = parameters.flag('EnableTerminationProtection');
    return { StackId: stack.id };
  }),
});

/** Throws unless the caller may perform the operation on the stack, or, without a name, on all stacks. */
async function authorize(call: CloudFormationCall, { cloudformation, region }: World, stackName?: string): Promise<void> {
  const named = (name: string) => name.startsWith('arn:') ? name : `arn:aws:cloudformation:${region}:${ACCOUNT}:stack/${name}/${NO_SUCH_STACK_ID}`;
  await call.authorize(stackName === undefined ? '*' : cloudformation.find(stackName)?.id ?? named(stackName));
}

/** The role that CloudFormation is to act in. The caller must be allowed to pass it. */
async function passedRole({ parameters, authorize: authorizeCall }: CloudFormationCall, { iam }: World): Promise<string | undefined> {
  const roleArn = parameters.text('RoleARN');
  if (roleArn !== undefined) {
    await authorizeCall(roleArn, { action: 'iam:PassRole', context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' } });
    if (!iam.hasRole(roleArn)) { throw invalid(`Role ${roleArn} is invalid or cannot be assumed`); }
  }
  return roleArn;
}

/** CloudFormation acts in the role if there is one, otherwise as the caller. */
function acting(roleArn: string | undefined, { principal }: CloudFormationCall): Pick<StackSettings, 'roleArn' | 'principal'> {
  return { roleArn, principal: roleArn ? { roleArn } : principal };
}

/** By its ID, or by its name and the stack's. */
async function findChangeSet(call: CloudFormationCall, world: World): Promise<{ stack: Stack; changeSet?: ChangeSet }> {
  const name = call.parameters.required('ChangeSetName');
  const stackName = call.parameters.text('StackName');
  const byId = world.cloudformation.changeSetById(name);
  if (!byId && stackName === undefined) { throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.'); }
  await authorize(call, world, byId?.stack.id ?? stackName);
  if (byId) { return byId; }
  const stack = world.cloudformation.get(stackName!);
  return { stack, changeSet: world.cloudformation.changeSet(stack, name) };
}

async function existingChangeSet(call: CloudFormationCall, world: World): Promise<{ stack: Stack; changeSet: ChangeSet }> {
  const { stack, changeSet } = await findChangeSet(call, world);
  const notFound = () => new ServiceError('ChangeSetNotFound', `ChangeSet [${call.parameters.text('ChangeSetName')}] does not exist`, 404);
  return { stack, changeSet: found(changeSet, notFound) };
}
