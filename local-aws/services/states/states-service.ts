import { randomUUID } from 'node:crypto';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Service, type World } from '../../core';
import { principalOf } from '../iam/principal';
import type { LambdaService } from '../lambda';
import { checkDefinition, type Definition } from './definition';
import { Run, type StateMachine, type Surroundings } from './execution';
import { library, type StateMachineDefinition } from './library';
import type { MapRun } from './map-run';
import { MAX_DEFINITION_BYTES, MAX_PAYLOAD_BYTES, bytes } from './quotas';
import { assumeRoleOf } from './task';
import { jsonError, jsonOperation, jsonParameters, jsonResponse } from '../../protocols/json';
import type { ExecutionRecord } from '../../wire';

export type Execution = ExecutionRecord;

export interface StateMachineConfiguration {
  readonly name: string;
  /** JSON */
  readonly definition: string;
  readonly roleArn: string;
  /** whether executions are logged, which the role must be allowed to set up */
  readonly logs: boolean;
}

/** Step Functions: state machines, whose tasks are local Lambda functions and calls of other services, their executions, and Map Runs. */
export class StatesService implements Service {
  public readonly signingName = 'states';
  private readonly machines = new Map<string, StateMachine>();
  private readonly runs = new Map<string, Run>();
  private readonly mapRuns = new Map<string, MapRun>();
  private readonly surroundings: Surroundings;

  constructor(private readonly world: World, lambda: LambdaService) {
    this.surroundings = { world, lambda, onMapRun: mapRun => this.mapRuns.set(mapRun.mapRunArn, mapRun) };
  }

  public get executions(): readonly Execution[] {
    return [...this.runs.values()].map(({ record }) => record);
  }

  public async createStateMachine(configuration: StateMachineConfiguration): Promise<string> {
    const arn = `arn:aws:states:${this.world.region}:${ACCOUNT}:stateMachine:${configuration.name}`;
    if (this.machines.has(arn)) {
      throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    }
    this.machines.set(arn, { arn, definition: await this.check(arn, configuration), roleArn: configuration.roleArn });
    return arn;
  }

  public async updateStateMachine(arn: string, configuration: StateMachineConfiguration): Promise<void> {
    const machine = this.machine(arn);
    machine.definition = await this.check(arn, configuration);
    machine.roleArn = configuration.roleArn;
  }

  /** Executions under way go on, as in AWS. */
  public deleteStateMachine(arn: string): void {
    this.machines.delete(arn);
  }

  public operation(request: ApiRequest): string {
    return jsonOperation(request);
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
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
        return jsonResponse(this.run(parameters.executionArn).record);
      }
      case 'RedriveExecution': {
        await authorize(parameters.executionArn);
        return jsonResponse({ redriveDate: this.redriveExecution(parameters.executionArn) });
      }
      case 'StopExecution': {
        await authorize(parameters.executionArn);
        const run = this.run(parameters.executionArn);
        run.stop(parameters.error, parameters.cause);
        return jsonResponse({ stopDate: run.record.stopDate });
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
        const { mapRunArn, parent: { executionArn }, status, itemCounts } = mapRun;
        return jsonResponse({ mapRunArn, executionArn, status, itemCounts });
      }
      default:
        throw new NotSupportedError(`states ${operation}`);
    }
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return jsonError(error, requestId);
  }

  public startExecution(stateMachineArn: string, input: string, name: string = randomUUID()): Execution {
    const machine = this.machine(stateMachineArn);
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    if (this.runs.has(executionArn)) {
      throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    }
    withinBytes(input, MAX_PAYLOAD_BYTES, 'input');
    const run = new Run(this.surroundings, machine, { executionArn, stateMachineArn, name, input });
    this.runs.set(executionArn, run);
    void run.start();
    return run.record;
  }

  public redriveExecution(executionArn: string): number {
    const run = this.run(executionArn);
    void run.redrive();
    return run.record.redriveDate!;
  }

  public async stop(): Promise<void> {
    for (const run of this.runs.values()) {
      run.stop();
    }
  }

  private run(executionArn: string): Run {
    const run = this.runs.get(executionArn);
    if (!run) {
      throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
    }
    return run;
  }

  private machine(arn: string): StateMachine {
    const machine = this.machines.get(arn);
    if (!machine) {
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  private async check(arn: string, { definition: text, roleArn, logs }: StateMachineConfiguration): Promise<Definition> {
    withinBytes(text, MAX_DEFINITION_BYTES, 'definition');
    let definition: Definition;
    try {
      definition = JSON.parse(text);
      // validates, and writes defaults into what it validates
      void new library.StateMachine(JSON.parse(text) as StateMachineDefinition);
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

}

function withinBytes(text: string, maximum: number, member: string): void {
  if (bytes(text) > maximum) {
    throw new ServiceError('ValidationException', `Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${maximum}`);
  }
}
