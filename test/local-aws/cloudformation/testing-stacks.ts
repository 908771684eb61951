import * as https from 'https';
import { bootstrap } from '../../../local-aws/bootstrap';
import { ScaledClock } from '../../../local-aws/clock';
import type { Kept } from '../../../local-aws/cloudformation/engine/delete-stack';
import type { Stack } from '../../../local-aws/cloudformation/engine/stack';
import { StackStore, type ChangeSetRequest } from '../../../local-aws/cloudformation/store';
import { DEPLOYER } from '../../../local-aws/services/iam/credentials';
import type { CustomResourceRequest } from '../../../local-aws/wire';
import { stopWorld, type World } from '../../../local-aws/world';
import { testWorld } from '../testing-world';

/** The response of a custom resource's function; undefined: none. A string is sent as it is. */
export type Answer = { Status?: string; Reason?: string; PhysicalResourceId?: string; Data?: object } | string | undefined;

const PRINCIPAL = { userArn: DEPLOYER.userArn };

/** Deploys to CloudFormation with everything behind it, except that the functions are closures of the test. */
export class TestStacks {
  public static async start(): Promise<TestStacks> {
    return new TestStacks(new ScaledClock(Infinity), true);
  }

  public static async withRealFunctions(): Promise<TestStacks> {
    return new TestStacks(new ScaledClock(Infinity), false);
  }

  public readonly world: World;
  public readonly requests: CustomResourceRequest[] = [];
  /** whether the function can be invoked */
  public isReachable = true;
  private gateway?: { port: number; certificate: string };

  private constructor(private readonly clock: ScaledClock, fakesFunctions: boolean) {
    const world = testWorld(clock);
    bootstrap(world);
    this.world = fakesFunctions ? { ...world, lambda: this.fakeFunctions() } : world;
    if (fakesFunctions) { Object.assign(this.world, { cloudformation: new StackStore(this.world) }); }
  }

  /** The function behind every custom resource. By default it says yes to everything. */
  public handler: (request: CustomResourceRequest) => Answer | Promise<Answer> = ({ RequestType, PhysicalResourceId, LogicalResourceId }) => (
    { PhysicalResourceId: RequestType === 'Create' ? `${LogicalResourceId}-id` : PhysicalResourceId });

  public get stacks(): StackStore {
    return this.world.cloudformation;
  }

  /** Creates or updates a stack and waits for the end. */
  public async deploy(template: object, stackName = 'Stack', disableRollback = false): Promise<Stack> {
    return this.settled(this.begin(template, stackName, disableRollback));
  }

  /** The same with rollback disabled. */
  public async deployWithoutRollback(template: object): Promise<Stack> {
    return this.deploy(template, 'Stack', true);
  }

  public begin(template: object, stackName = 'Stack', disableRollback = false): Stack {
    const { stack, changeSet } = this.createChangeSet(template, stackName);
    this.stacks.executeChangeSet(stack, changeSet, disableRollback);
    return stack;
  }

  public createChangeSet(template: object, stackName = 'Stack', settings: Partial<ChangeSetRequest['settings']> = {}): ReturnType<StackStore['createChangeSet']> {
    return this.stacks.createChangeSet({
      stackName,
      changeSetName: 'change',
      type: this.stacks.find(stackName) ? 'UPDATE' : 'CREATE',
      templateText: JSON.stringify(template),
      parameters: new Map(),
      settings: { tags: [], capabilities: [], principal: PRINCIPAL, ...settings },
    });
  }

  public async rollBack(stack: Stack, retainExceptOnCreate = false): Promise<Stack> {
    this.stacks.rollbackStack(stack, { principal: PRINCIPAL }, retainExceptOnCreate);
    return this.settled(stack);
  }

  public async delete(stack: Stack, { retain = [], force = false }: Partial<Kept> = {}): Promise<Stack> {
    this.stacks.deleteStack(stack, { principal: PRINCIPAL }, { retain, force });
    return this.settled(stack);
  }

  public async settled(stack: Stack): Promise<Stack> {
    await this.stacks.settled(stack);
    return stack;
  }

  public async stop(): Promise<void> {
    await stopWorld(this.world);
    this.clock.stop();
  }

  /** Responds as the function would. */
  public async answer(request: CustomResourceRequest, answer: Exclude<Answer, undefined>): Promise<void> {
    const { StackId, RequestId, LogicalResourceId } = request;
    const body = typeof answer === 'string' ? answer : JSON.stringify({ Status: 'SUCCESS', StackId, RequestId, LogicalResourceId, ...answer });
    await this.clock.work(() => this.put(request.ResponseURL, body));
  }

  /** PUTs as a function would; returns the HTTP status. */
  public async put(url: string, body: string, headers: Record<string, string> = {}): Promise<number> {
    const { port, certificate } = this.gateway!;
    const { hostname, pathname, search } = new URL(url);
    return new Promise<number>((resolve, reject) => {
      https.request({ host: '127.0.0.1', port, servername: hostname, ca: certificate, method: 'PUT', path: pathname + search, headers, agent: false }, response => {
        response.resume().on('end', () => resolve(response.statusCode!));
      }).on('error', reject).end(body);
    });
  }

  private fakeFunctions(): World['lambda'] {
    return {
      openGateway: (_host: string, port: number, certificate: string) => { this.gateway = { port, certificate }; },
      invokeAsync: async ({ functionName, payload }: { functionName: string; payload: string }) => {
        if (!this.isReachable || functionName.endsWith(':missing')) { throw new Error(`Function not found: ${functionName}`); }
        void this.invoke(JSON.parse(payload));
      },
    } as unknown as World['lambda'];
  }

  private async invoke(request: CustomResourceRequest): Promise<void> {
    this.requests.push(request);
    const answer = await this.handler(request);
    if (answer !== undefined) { await this.answer(request, answer); }
  }
}

export const TOKEN = 'arn:aws:lambda:us-east-1:111122223333:function:provider';

export function custom(properties: object = {}, rest: object = {}): object {
  return { Type: 'Custom::Thing', Properties: { ServiceToken: TOKEN, ...properties }, ...rest };
}

export function failure(properties: object = {}, rest: object = {}): object {
  return { Type: 'LocalAws::Test::Failure', Properties: properties, ...rest };
}

export function topic(DisplayName: unknown, rest: object = {}): object {
  return { Type: 'AWS::SNS::Topic', Properties: { DisplayName }, ...rest };
}

export function bucket(BucketName: string, rest: object = {}): object {
  return { Type: 'AWS::S3::Bucket', Properties: { BucketName }, ...rest };
}

/** The events of the resources, as `STATUS LogicalId`. */
export function story(stack: Stack): string[] {
  return stack.events.filter(({ LogicalResourceId }) => LogicalResourceId !== stack.name)
    .map(({ ResourceStatus, LogicalResourceId }) => `${ResourceStatus} ${LogicalResourceId}`);
}

/** The statuses that the stack went through. */
export function statuses(stack: Stack): string[] {
  return stack.events.filter(({ LogicalResourceId }) => LogicalResourceId === stack.name).map(({ ResourceStatus }) => ResourceStatus);
}

/** Of the first failure of a resource, or of the first event with the status. */
export function reason(stack: Stack, status = /_FAILED$/): string | undefined {
  return stack.events.find(({ ResourceStatus }) => status.test(ResourceStatus))?.ResourceStatusReason;
}
