import * as https from 'node:https';
import { CloudFormationService } from '../../../local-aws/cloudformation/cloudformation-service';
import type { CustomResourceRequest } from '../../../local-aws/cloudformation/custom-resource/exchange';
import type { Kept } from '../../../local-aws/cloudformation/engine/delete-stack';
import type { Stack } from '../../../local-aws/cloudformation/engine/stack';
import type { ExecutionOptions } from '../../../local-aws/cloudformation/engine/stacks';
import { LocalAws } from '../../../local-aws/local-aws';
import type { LambdaService } from '../../../local-aws/services/lambda';
import { StatesService } from '../../../local-aws/services/states';

/** What a custom resource's function answers; undefined: nothing. Text is sent as it is. */
export type Answer = { Status?: string; Reason?: string; PhysicalResourceId?: string; Data?: object } | string | undefined;

const PRINCIPAL = { userArn: 'arn:aws:iam::111122223333:user/deployer' };

/** CloudFormation with the real stores behind it, and functions that are closures of the test. */
export class TestStacks {
  public static async start(speed = 1000): Promise<TestStacks> {
    return new TestStacks(await LocalAws.start({ speed }));
  }

  public readonly service: CloudFormationService;
  /** the function behind every custom resource; by default, it says yes to everything */
  public handler: (request: CustomResourceRequest) => Answer | Promise<Answer>;
  public readonly requests: CustomResourceRequest[] = [];
  /** whether the function can be invoked */
  public isReachable = true;
  private gateway?: { port: number; certificate: string };

  private constructor(public readonly local: LocalAws) {
    this.handler = ({ RequestType, PhysicalResourceId, LogicalResourceId }) => (
      { PhysicalResourceId: RequestType === 'Create' ? `${LogicalResourceId}-id` : PhysicalResourceId });
    const lambda = {
      openGateway: (_hosts: string, port: number, certificate: string) => {
        this.gateway = { port, certificate };
      },
      invokeAsync: async ({ functionName, payload }: { functionName: string; payload: string }) => {
        if (!this.isReachable || functionName.endsWith(':missing')) {
          throw new Error(`Function not found: ${functionName}`);
        }
        void this.invoke(JSON.parse(payload));
      },
    } as unknown as LambdaService;
    this.service = new CloudFormationService(local.world, lambda, new StatesService(local.world, lambda));
  }

  public get world() {
    return this.local.world;
  }

  /** Creates or updates a stack and waits until that is over. */
  public async deploy(template: object, stackName = 'Stack', given: Record<string, string> = {}, options: ExecutionOptions = {}): Promise<Stack> {
    const stack = this.begin(template, stackName, given, options);
    await this.service.stacks.settled(stack);
    return stack;
  }

  /** The same with rollback disabled. */
  public async deployWithoutRollback(template: object, stackName = 'Stack'): Promise<Stack> {
    return this.deploy(template, stackName, {}, { disableRollback: true });
  }

  public begin(template: object, stackName = 'Stack', given: Record<string, string> = {}, options: ExecutionOptions = {}): Stack {
    const { stacks } = this.service;
    const { stack, changeSet } = stacks.createChangeSet({
      stackName,
      changeSetName: 'change',
      type: stacks.find(stackName) ? 'UPDATE' : 'CREATE',
      templateText: JSON.stringify(template),
      parameters: new Map(Object.entries(given)),
      settings: { tags: [], capabilities: [], principal: PRINCIPAL },
    });
    stacks.executeChangeSet(stack, changeSet, options);
    return stack;
  }

  public async rollBack(stack: Stack, retainExceptOnCreate = false): Promise<void> {
    this.service.stacks.rollbackStack(stack, { principal: PRINCIPAL }, { retainExceptOnCreate });
    await this.service.stacks.settled(stack);
  }

  public async delete(stack: Stack, { retain = [], force = false }: Partial<Kept> = {}): Promise<void> {
    this.service.stacks.deleteStack(stack, { principal: PRINCIPAL }, { retain, force });
    await this.service.stacks.settled(stack);
  }

  public async stop(): Promise<void> {
    await this.service.stop();
    await this.local.stop();
  }

  /** Answers a request as the function would, from outside. */
  public async answer(request: CustomResourceRequest, answer: Exclude<Answer, undefined>): Promise<void> {
    const { StackId, RequestId, LogicalResourceId } = request;
    const body = typeof answer === 'string' ? answer : JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, ...answer });
    await this.put(request.ResponseURL, body);
  }

  /** A PUT as a function would send it; returns the HTTP status. */
  public async put(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const { port, certificate } = this.gateway!;
    const { hostname, pathname, search } = new URL(url);
    return new Promise<number>((resolve, reject) => {
      https.request({ host: '127.0.0.1', port, servername: hostname, ca: certificate, method: 'PUT', path: pathname + search, headers, agent: false }, response => {
        response.resume().on('end', () => resolve(response.statusCode!));
      }).on('error', reject).end(body);
    });
  }

  private async invoke(request: CustomResourceRequest): Promise<void> {
    this.requests.push(request);
    const answer = await this.handler(request);
    if (answer !== undefined) {
      await this.answer(request, answer);
    }
  }
}

export const TOKEN = 'arn:aws:lambda:us-east-1:111122223333:function:provider';

export function custom(properties: object = {}, rest: object = {}): object {
  return { Type: 'Custom::Thing', Properties: { ServiceToken: TOKEN, ...properties }, ...rest };
}

export function failure(properties: object = {}, rest: object = {}): object {
  return { Type: 'LocalAws::Test::Failure', Properties: properties, ...rest };
}

/** What happened to the resources, as `STATUS LogicalId`, without the stack's own events. */
export function story(stack: Stack): string[] {
  return stack.events.filter(({ LogicalResourceId }) => LogicalResourceId !== stack.name)
    .map(({ ResourceStatus, LogicalResourceId }) => `${ResourceStatus} ${LogicalResourceId}`);
}

/** What became of the stack. */
export function statuses(stack: Stack): string[] {
  return stack.events.filter(({ LogicalResourceId }) => LogicalResourceId === stack.name).map(({ ResourceStatus }) => ResourceStatus);
}
