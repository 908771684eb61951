import { randomUUID } from 'node:crypto';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Service, type World } from '../core';
import { principalOf } from '../iam/principal';
import type { LambdaService } from '../lambda';
import { checkDefinition, taskStates, type Definition, type State } from './definition';
import { hash, isHash, withTrueHashes } from './hashes';
import { libraryWith, type JSONValue, type StateMachineDefinition } from './library';
import { MapRuns, withoutDistributedMaps } from './map-run';
import { assumeRoleOf, runTask } from './task';
import { withTaskTimeouts } from './task-timeouts';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../protocols/json';

export interface StateMachineConfiguration {
  readonly name: string;
  /** JSON */
  readonly definition: string;
  readonly roleArn: string;
  /** whether executions are logged, which the role must be allowed to set up */
  readonly logs: boolean;
}

interface StateMachine {
  readonly arn: string;
  definition: Definition;
  roleArn: string;
}

export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
  readonly startDate: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  stopDate?: number;
  output?: string;
  error?: string;
  cause?: string;
}

/** What an execution, or a child of it, runs with. */
interface ExecutionPart {
  readonly machine: StateMachine;
  readonly execution: Execution;
  /** the Context Object */
  readonly context: { Execution: Record<string, string>; StateMachine: Record<string, string> };
}

/** Step Functions: the definitions run in a library, their tasks are local Lambda functions. */
export class StatesService implements Service {
  readonly signingName = 'states';
  private readonly machines = new Map<string, StateMachine>();
  private readonly executionsByArn = new Map<string, Execution>();
  private readonly aborts = new Set<() => void>();
  private readonly mapRuns: MapRuns;
  private readonly library: ReturnType<typeof libraryWith>;
  private stopped = false;

  constructor(private readonly world: World, private readonly lambda: LambdaService) {
    this.mapRuns = new MapRuns(world);
    this.library = libraryWith(world.clock);
  }

  get executions(): readonly Execution[] {
    return [...this.executionsByArn.values()];
  }

  async createStateMachine(configuration: StateMachineConfiguration): Promise<string> {
    const arn = `arn:aws:states:${this.world.region}:${ACCOUNT}:stateMachine:${configuration.name}`;
    if (this.machines.has(arn)) {
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    this.machines.set(arn, { arn, definition: await this.check(arn, configuration), roleArn: configuration.roleArn });
    return arn;
  }

  async updateStateMachine(arn: string, configuration: StateMachineConfiguration): Promise<void> {
    const machine = this.machine(arn);
    machine.definition = await this.check(arn, configuration);
    machine.roleArn = configuration.roleArn;
  }

  /** Executions under way go on, as in AWS. */
  deleteStateMachine(arn: string): void {
    this.machines.delete(arn);
  }

  operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    const parameters = jsonParameters(request) as Record<string, string>;
    const authorize = (resource: string) => this.world.iam.authorize({
      principal: principalOf(request.caller), action: `states:${operation}`, resource,
    });
    switch (operation) {
      case 'StartExecution': {
        await authorize(parameters.stateMachineArn);
        const { executionArn, startDate } = this.startExecution(parameters.stateMachineArn, parameters.input ?? '{}', parameters.name);
        return jsonResponse({ executionArn, startDate });
      }
      case 'DescribeExecution': {
        await authorize(parameters.executionArn);
        const execution = this.executionsByArn.get(parameters.executionArn);
        if (!execution) {
          throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${parameters.executionArn}'`);
        }
        return jsonResponse(execution);
      }
      case 'ListExecutions': {
        await authorize(parameters.stateMachineArn);
        const executions = this.executions
          .filter(({ stateMachineArn, status }) => stateMachineArn === parameters.stateMachineArn
            && (parameters.statusFilter === undefined || parameters.statusFilter === status))
          .map(({ executionArn, stateMachineArn, name, status, startDate, stopDate }) => (
            { executionArn, stateMachineArn, name, status, startDate, stopDate }));
        return jsonResponse({ executions: executions.reverse() });
      }
      case 'DescribeMapRun': {
        await authorize(parameters.mapRunArn);
        const mapRun = this.mapRuns.get(parameters.mapRunArn);
        if (!mapRun) {
          throw new ServiceError('ResourceNotFoundException', `Resource not found: '${parameters.mapRunArn}'`);
        }
        return jsonResponse({ ...mapRun, status: 'SUCCEEDED' });
      }
      default:
        throw new NotSupportedError(`states ${operation}`);
    }
  }

  error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  startExecution(stateMachineArn: string, input: string, name: string = randomUUID()): Execution {
    const machine = this.machine(stateMachineArn);
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.executionsByArn.has(executionArn)) {
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    const execution: Execution = { executionArn, stateMachineArn, name, input, startDate: this.now(), status: 'RUNNING' };
    this.executionsByArn.set(executionArn, execution);
    void this.run(machine, execution);
    return execution;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const abort of this.aborts) {
      abort();
    }
  }

  private async run(machine: StateMachine, execution: Execution): Promise<void> {
    const definition = withTrueHashes(machine.definition);
    const context = {
      Execution: { Id: execution.executionArn, Name: execution.name, RoleArn: machine.roleArn },
      StateMachine: { Id: machine.arn, Name: machine.arn.slice(machine.arn.lastIndexOf(':') + 1) },
    };
    try {
      const input = JSON.parse(execution.input) as JSONValue;
      execution.output = JSON.stringify(await this.runDefinition(definition, input, { machine, execution, context }));
      execution.status = 'SUCCEEDED';
    } catch (error) {
      const { name, message } = ((error as Error).cause ?? error) as Error;
      execution.status = this.stopped ? 'ABORTED' : name === 'ExecutionTimeoutError' ? 'TIMED_OUT' : 'FAILED';
      execution.error = name;
      execution.cause = message;
    } finally {
      execution.stopDate = this.now();
    }
  }

  private async runDefinition(original: Definition, input: JSONValue, part: ExecutionPart): Promise<JSONValue> {
    const { definition, distributed } = withoutDistributedMaps(original);
    const { machine, execution } = part;
    const handlers = Object.fromEntries([...taskStates(definition)].map(([task, { Resource }]) => [
      task,
      async (taskInput: JSONValue) => isHash(Resource!)
        ? hash(Resource!, taskInput as Record<string, JSONValue>)
        : await this.world.clock.work(() => runTask(this.world, this.lambda, machine, Resource!, taskInput)) as JSONValue,
    ]));
    for (const [name, state] of distributed) {
      handlers[name] = (taskInput) => this.mapRuns.run(
        state,
        { executionArn: execution.executionArn, roleArn: machine.roleArn, input: taskInput },
        (map, children, mapInput) => this.runInLibrary(map, mapInput, children, part.context),
        (childInput, childName) => this.runChild(state, childInput, childName, part),
      );
    }
    return this.runInLibrary(definition, input, handlers, part.context);
  }

  /** A child of a Distributed Map is an execution of its own: the role must be allowed to start it, and it has its own name. */
  private async runChild({ ItemProcessor }: State, input: JSONValue, name: string, part: ExecutionPart): Promise<JSONValue> {
    const { machine, context } = part;
    await this.world.iam.authorize({ principal: { roleArn: machine.roleArn }, action: 'states:StartExecution', resource: machine.arn });
    const executionArn = `${machine.arn.replace(':stateMachine:', ':execution:')}/child:${name}`;
    return this.runDefinition(ItemProcessor!, input, {
      ...part,
      context: { Execution: { ...context.Execution, Id: executionArn, Name: name }, StateMachine: { ...context.StateMachine, Id: `${machine.arn}/child` } },
    });
  }

  private async runInLibrary(
    definition: Definition, input: JSONValue, handlers: Record<string, (input: JSONValue) => Promise<JSONValue>>, context: ExecutionPart['context'],
  ): Promise<JSONValue> {
    // the original was validated; the tasks are ours
    const ours = withTaskTimeouts(definition) as unknown as StateMachineDefinition;
    const runner = new this.library.StateMachine(ours, { validationOptions: { noValidate: true } });
    const taskResourceLocalHandlers = handlers as Record<string, (input: unknown) => Promise<string>>;
    const { result, abort } = runner.run(input, { overrides: { taskResourceLocalHandlers }, context });
    this.aborts.add(abort);
    try {
      return await result as JSONValue;
    } finally {
      this.aborts.delete(abort);
    }
  }

  private machine(arn: string): StateMachine {
    const machine = this.machines.get(arn);
    if (!machine) {
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  private async check(arn: string, { definition: text, roleArn, logs }: StateMachineConfiguration): Promise<Definition> {
    let definition: Definition;
    try {
      definition = JSON.parse(text);
      // validates, and writes defaults into what it validates
      void new this.library.StateMachine(JSON.parse(text) as StateMachineDefinition);
    } catch (error) {
      throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${(error as Error).message}'`);
    }
    checkDefinition(definition);
    try {
      await assumeRoleOf({ arn, roleArn }, this.world);
    } catch {
      throw new ServiceError('AccessDeniedException', 'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.');
    }
    if (logs && !await this.world.iam.isAllowed({ principal: { roleArn }, action: 'logs:CreateLogDelivery', resource: '*' })) {
      throw new ServiceError('AccessDeniedException', 'The state machine IAM Role is not authorized to access the Log Destination');
    }
    return definition;
  }

  private now(): number {
    return this.world.clock.now() / 1000;
  }
}
