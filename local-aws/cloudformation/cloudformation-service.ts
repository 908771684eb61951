import { randomUUID } from 'node:crypto';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Caller, type Service, type World } from '../core';
import type { Interceptor } from '../front/calls';
import { queryError, queryOperation, queryParameters, queryResponse } from '../protocols/query';
import { principalOf } from '../services/iam/principal';
import type { LambdaService } from '../services/lambda';
import type { StatesService } from '../services/states';
import type { StackRecord, WaitSignalRecord } from '../wire';
import { describeChangeSet, describeResource, describeStack, stackRecord, summarizeResource } from './api/descriptions';
import { QueryRequest } from './api/request';
import { templateText } from './api/template-source';
import { Correspondence } from './custom-resource/correspondence';
import type { CustomResourceExchange } from './custom-resource/exchange';
import { Gateway } from './custom-resource/gateway';
import type { ChangeSet } from './engine/change-set';
import type { Stack, StackSettings } from './engine/stack';
import { Stacks } from './engine/stacks';
import { invalid } from './template/template';
import { WaitHandles } from './wait-condition/wait-handles';

const NAMESPACE = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
const EVENTS_PER_PAGE = 100;
const NO_SUCH_STACK_ID = '00000000-0000-0000-0000-000000000000';

type Operation = (request: QueryRequest, caller: Caller) => Promise<object>;

/** CloudFormation, as much of it as the CDK CLI and this library use. */
export class CloudFormationService implements Service {
  public readonly signingName = 'cloudformation';
  public readonly stacks: Stacks;
  private readonly correspondence: Correspondence;
  private readonly gateway: Gateway;
  private readonly waitHandles: WaitHandles;

  private readonly operations: Readonly<Record<string, Operation>> = {
    CancelUpdateStack: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      request.text('ClientRequestToken');
      this.stacks.cancelUpdate(stack);
      return {};
    },
    CreateChangeSet: (request, caller) => this.createChangeSet(request, caller),
    DeleteChangeSet: async (request, caller) => {
      const name = request.required('ChangeSetName');
      const stack = await this.changeSetStack(name, request, caller);
      const changeSet = stack && this.stacks.changeSet(stack, name);
      if (changeSet) {
        this.stacks.deleteChangeSet(stack, changeSet);
      }
      return {};
    },
    DeleteStack: async (request, caller) => {
      const name = request.required('StackName');
      await this.authorize('DeleteStack', name, caller);
      request.text('ClientRequestToken');
      request.accept('DeletionMode', 'STANDARD', 'FORCE_DELETE_STACK');
      const force = request.text('DeletionMode') === 'FORCE_DELETE_STACK';
      request.accept('DeploymentConfig.Mode', 'STANDARD');
      const roleArn = await this.passedRole(request, caller);
      const retain = request.list('RetainResources');
      request.refuseOthers();
      const stack = this.stacks.find(name);
      if (stack) {
        this.stacks.deleteStack(stack, acting(stack, roleArn, caller), { retain, force });
      }
      return {};
    },
    DescribeChangeSet: async (request, caller) => {
      request.accept('IncludePropertyValues', 'true', 'false');
      const { stack, changeSet } = await this.authorizedChangeSet(request, caller);
      return describeChangeSet(stack, changeSet);
    },
    DescribeStackEvents: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      const newestFirst = [...stack.events].reverse();
      // pages are counted from the oldest event, so that new ones do not shift them
      const token = request.text('NextToken');
      const start = token === undefined ? 0 : newestFirst.length - Number(token);
      const left = newestFirst.length - start - EVENTS_PER_PAGE;
      return { StackEvents: newestFirst.slice(start, start + EVENTS_PER_PAGE), NextToken: left > 0 ? String(left) : undefined };
    },
    DescribeStackResource: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      const logicalId = request.required('LogicalResourceId');
      const state = stack.resources.get(logicalId);
      if (!state) {
        throw invalid(`Resource ${logicalId} does not exist for stack ${stack.name}`);
      }
      return { StackResourceDetail: { StackName: stack.name, StackId: stack.id, ...summarizeResource(state) } };
    },
    DescribeStackResources: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      const logicalId = request.text('LogicalResourceId');
      return {
        StackResources: [...stack.resources.values()]
          .filter(state => logicalId === undefined || state.logicalId === logicalId).map(state => describeResource(stack, state)),
      };
    },
    DescribeStacks: async (request, caller) => {
      if (request.text('StackName') === undefined) {
        await this.world.iam.authorize({ principal: principalOf(caller), action: 'cloudformation:DescribeStacks', resource: '*' });
        return { Stacks: this.stacks.all().filter(stack => !stack.isDeleted).map(describeStack) };
      }
      return { Stacks: [describeStack(await this.authorizedStack(request, caller))] };
    },
    ExecuteChangeSet: async (request, caller) => {
      request.text('ClientRequestToken');
      const disableRollback = request.flag('DisableRollback');
      request.accept('RetainExceptOnCreate', 'false');
      const { stack, changeSet } = await this.authorizedChangeSet(request, caller);
      request.refuseOthers();
      if (changeSet.failure !== undefined) {
        throw new ServiceError('InvalidChangeSetStatus', `ChangeSet [${changeSet.id}] cannot be executed in its current status of [FAILED]`);
      }
      this.stacks.executeChangeSet(stack, changeSet, { disableRollback });
      return {};
    },
    GetTemplate: async (request, caller) => {
      request.accept('TemplateStage', 'Original', 'Processed');
      const stack = await this.authorizedStack(request, caller);
      return { TemplateBody: stack.blueprint?.text ?? '{}', StagesAvailable: ['Original', 'Processed'] };
    },
    ListStackResources: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      return { StackResourceSummaries: [...stack.resources.values()].map(summarizeResource) };
    },
    RollbackStack: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      request.text('ClientRequestToken');
      const retainExceptOnCreate = request.flag('RetainExceptOnCreate');
      const roleArn = await this.passedRole(request, caller);
      request.refuseOthers();
      this.stacks.rollbackStack(stack, acting(stack, roleArn, caller), { retainExceptOnCreate });
      return { StackId: stack.id };
    },
    UpdateTerminationProtection: async (request, caller) => {
      const stack = await this.authorizedStack(request, caller);
      stack.terminationProtection = request.flag('EnableTerminationProtection');
      return { StackId: stack.id };
    },
  };

  constructor(private readonly world: World, lambda: LambdaService, states: StatesService) {
    this.gateway = new Gateway(world, lambda);
    this.correspondence = new Correspondence(world, lambda, this.gateway);
    this.waitHandles = new WaitHandles(world, this.gateway);
    this.stacks = new Stacks(world, lambda, states, this.correspondence, this.waitHandles);
  }

  /** Every request to a custom resource with the answers to it, in order. */
  public customResourceExchanges(): readonly CustomResourceExchange[] {
    return this.correspondence.exchanges;
  }

  public stack(nameOrArn: string): StackRecord | undefined {
    const stack = this.stacks.find(nameOrArn);
    return stack && stackRecord(stack);
  }

  /** Every signal to a WaitCondition's handle, in order. */
  public waitSignals(): readonly WaitSignalRecord[] {
    return this.waitHandles.signals;
  }

  /** Stands around every answer of a custom resource (`RespondToCustomResource`) and every signal (`SignalWaitCondition`). */
  public addInterceptor(interceptor: Interceptor): void {
    this.gateway.interceptors.push(interceptor);
  }

  public operation(request: ApiRequest): string {
    return queryOperation(request);
  }

  public async handle(operation: string, { caller, ...request }: ApiRequest): Promise<ApiResponse> {
    if (!Object.hasOwn(this.operations, operation)) {
      throw new NotSupportedError(`cloudformation ${operation}`);
    }
    const query = new QueryRequest(operation, queryParameters({ caller, ...request }));
    const result = await this.operations[operation](query, caller);
    query.refuseOthers();
    return queryResponse(operation, result, randomUUID(), NAMESPACE);
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return queryError(error, requestId, NAMESPACE);
  }

  public async stop(): Promise<void> {
    await this.gateway.stop();
  }

  private async createChangeSet(request: QueryRequest, caller: Caller): Promise<object> {
    const stackName = request.required('StackName');
    await this.authorize('CreateChangeSet', stackName, caller);
    const type = request.text('ChangeSetType') ?? 'UPDATE';
    if (type !== 'CREATE' && type !== 'UPDATE') {
      throw new NotSupportedError(`change sets of type ${type}`);
    }
    request.text('ClientToken');
    request.accept('IncludeNestedStacks', 'true', 'false');
    request.accept('ImportExistingResources', 'false');
    request.accept('OnStackFailure', 'ROLLBACK');
    request.accept('DeploymentConfig.Mode', 'STANDARD');
    request.accept('DeploymentConfig.DisableRollback', 'false');
    const changeSetRequest = {
      stackName,
      type,
      changeSetName: request.required('ChangeSetName'),
      description: request.text('Description'),
      templateText: await templateText(request, caller, this.world),
      parameters: new Map(request.structures('Parameters', ['ParameterKey', 'ParameterValue', 'UsePreviousValue'])
        .map(({ ParameterKey, ParameterValue, UsePreviousValue }) => [ParameterKey!, UsePreviousValue === 'true' ? undefined : ParameterValue])),
      settings: await this.settings(request, caller),
    } as const;
    request.refuseOthers();
    const { stack, changeSet } = this.stacks.createChangeSet(changeSetRequest);
    return { Id: changeSet.id, StackId: stack.id };
  }

  private async settings(request: QueryRequest, caller: Caller): Promise<StackSettings> {
    const roleArn = await this.passedRole(request, caller);
    return {
      roleArn,
      principal: roleArn ? { roleArn } : principalOf(caller),
      capabilities: request.list('Capabilities'),
      tags: request.structures('Tags', ['Key', 'Value']).map(({ Key = '', Value = '' }) => ({ Key, Value })),
    };
  }

  /** The role that CloudFormation is to act as: the caller must be allowed to pass it on. */
  private async passedRole(request: QueryRequest, caller: Caller): Promise<string | undefined> {
    const roleArn = request.text('RoleARN');
    if (roleArn !== undefined) {
      await this.world.iam.authorize({
        principal: principalOf(caller), action: 'iam:PassRole', resource: roleArn, context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
      });
      if (!this.world.iam.hasRole(roleArn)) {
        throw invalid(`Role ${roleArn} is invalid or cannot be assumed`);
      }
    }
    return roleArn;
  }

  private async authorizedStack(request: QueryRequest, caller: Caller): Promise<Stack> {
    const name = request.required('StackName');
    await this.authorize(request.operation, name, caller);
    return this.stacks.get(name);
  }

  private async authorizedChangeSet(request: QueryRequest, caller: Caller): Promise<{ stack: Stack; changeSet: ChangeSet }> {
    const name = request.required('ChangeSetName');
    const stack = await this.changeSetStack(name, request, caller);
    const changeSet = stack && this.stacks.changeSet(stack, name);
    if (!changeSet) {
      throw new ServiceError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);
    }
    return { stack, changeSet };
  }

  /** A change set's id is enough, its name needs the stack's. */
  private async changeSetStack(changeSetName: string, request: QueryRequest, caller: Caller): Promise<Stack | undefined> {
    const stackName = request.text('StackName');
    const byId = this.stacks.changeSetById(changeSetName);
    if (byId) {
      await this.authorize(request.operation, byId.stack.id, caller);
      return byId.stack;
    }
    if (stackName === undefined) {
      throw invalid('StackName must be specified if ChangeSetName is not specified as an ARN.');
    }
    await this.authorize(request.operation, stackName, caller);
    return this.stacks.get(stackName);
  }

  private async authorize(operation: string, stackName: string, caller: Caller): Promise<void> {
    const resource = this.stacks.find(stackName)?.id
      ?? (stackName.startsWith('arn:') ? stackName : `arn:aws:cloudformation:${this.world.region}:${ACCOUNT}:stack/${stackName}/${NO_SUCH_STACK_ID}`);
    await this.world.iam.authorize({ principal: principalOf(caller), action: `cloudformation:${operation}`, resource });
  }
}

/** As whom CloudFormation acts on a stack from now on: the role that is passed, or the one of before, or the caller. */
function acting(stack: Stack, passedRole: string | undefined, caller: Caller): Pick<StackSettings, 'roleArn' | 'principal'> {
  const roleArn = passedRole ?? stack.settings.roleArn;
  return { roleArn, principal: roleArn ? { roleArn } : principalOf(caller) };
}
