import { randomUUID } from 'node:crypto';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Service, type World } from '../core';
import { principalOf } from '../iam/principal';
import type { LambdaService } from '../lambda';
import { atSpeed, checkDefinition, taskResources, type Definition } from './definition';
import { StateMachine as Runner, type StateMachineDefinition } from './library';
import { runTask } from './task';
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
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  stopDate?: number;
  output?: string;
  error?: string;
  cause?: string;
}

/** Step Functions: the definitions run in a library, their tasks are local Lambda functions. */
export class StatesService implements Service {
  readonly signingName = 'states';
  private readonly machines = new Map<string, StateMachine>();
  private readonly executionsByArn = new Map<string, Execution>();
  private readonly aborts = new Set<() => void>();
  private stopped = false;

  constructor(private readonly world: World, private readonly lambda: LambdaService) {}

  get executions(): readonly Execution[] {
    return [...this.executionsByArn.values()];
  }

  async createStateMachine(configuration: StateMachineConfiguration): Promise<string> {
    const arn = `arn:aws:states:${this.world.region}:${ACCOUNT}:stateMachine:${configuration.name}`;
    if (this.machines.has(arn)) {
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    this.machines.set(arn, { arn, definition: await this.check(configuration), roleArn: configuration.roleArn });
    return arn;
  }

  async updateStateMachine(arn: string, configuration: StateMachineConfiguration): Promise<void> {
    const machine = this.machine(arn);
    machine.definition = await this.check(configuration);
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

  private async run({ definition, roleArn }: StateMachine, execution: Execution): Promise<void> {
    const taskResourceLocalHandlers = Object.fromEntries([...taskResources(definition)].map(([task, functionName]) => [
      task,
      (input: unknown) => runTask(this.world, this.lambda, roleArn, functionName, input) as Promise<string>,
    ]));
    const runner = new Runner(
      atSpeed(definition, this.world.clock.speed) as unknown as StateMachineDefinition,
      // the original was validated; fractions of seconds are ours
      { validationOptions: { noValidate: true } },
    );
    const { result, abort } = runner.run(JSON.parse(execution.input), { overrides: { taskResourceLocalHandlers } });
    this.aborts.add(abort);
    try {
      execution.output = JSON.stringify(await result);
      execution.status = 'SUCCEEDED';
    } catch (error) {
      const { name, message } = ((error as Error).cause ?? error) as Error;
      execution.status = this.stopped ? 'ABORTED' : 'FAILED';
      execution.error = name;
      execution.cause = message;
    } finally {
      execution.stopDate = this.now();
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

  private async check({ definition: text, roleArn, logs }: StateMachineConfiguration): Promise<Definition> {
    let definition: Definition;
    try {
      definition = JSON.parse(text);
      // validates, and writes defaults into what it validates
      void new Runner(JSON.parse(text) as StateMachineDefinition);
    } catch (error) {
      throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${(error as Error).message}'`);
    }
    checkDefinition(definition);
    try {
      await this.world.iam.assumeRole({ roleArn, sessionName: 'states', principal: { service: 'states.amazonaws.com' } });
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
