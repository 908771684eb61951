import { randomUUID } from 'crypto';
import { checkDefinition, FORBIDDEN_IN_NAMES, type Definition } from './definition';
import { Run, type StateMachine } from './execution';
import { library, type StateMachineDefinition } from './library';
import type { MapRun } from './map-run';
import { checkSettings } from './settings';
import { assumeRoleOf } from './task';
import { ACCOUNT, ServiceError, found } from '../../core';
import { Eventual } from '../../eventual';
import { checkLength, checkQuota, sizeOf } from '../../quotas';
import type { ExecutionRecord } from '../../wire';
import type { World } from '../../world';

export interface StateMachineConfiguration {
  readonly name: string;
  /** JSON */
  readonly definition: string;
  readonly roleArn: string;
  /** the ARNs of the log groups that executions are logged to; undefined: they are not logged */
  readonly logs?: readonly string[];
  readonly tracing?: boolean;
  /** encrypts the definition and the executions */
  readonly kmsKeyArn?: string;
}

export type StatesWorld = Pick<World, 'region' | 'clock' | 'profile' | 'endpoint' | 'callers' | 'iam' | 's3' | 'kms' | 'lambda' | 'logs'>;

/** State machines, whose tasks are local Lambda functions and calls of other services, with their executions and Map Runs. */
export class StateMachineStore {
  private readonly machines = new Map<string, Eventual<StateMachine>>();
  private readonly deleting = new Set<string>();
  private readonly runs = new Map<string, Run>();
  private readonly mapRuns = new Map<string, MapRun>();

  constructor(private readonly world: StatesWorld) {}

  public get executions(): readonly ExecutionRecord[] {
    return [...this.runs.values()].map(({ record }) => record);
  }

  public get childExecutions(): readonly ExecutionRecord[] {
    return this.childRuns.map(({ record }) => record);
  }

  private get childRuns(): Run[] {
    return [...this.mapRuns.values()].flatMap(({ runs }) => runs);
  }

  /** Returns the state machine's ARN. */
  public async createStateMachine(configuration: StateMachineConfiguration): Promise<string> {
    checkName(configuration.name);
    const arn = `arn:aws:states:${this.world.region}:${ACCOUNT}:stateMachine:${configuration.name}`;
    this.refuseDeleting(arn);
    if (this.machines.has(arn)) { throw new ServiceError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`); }
    const machine = await this.machineOf(arn, configuration);
    this.machines.set(arn, new Eventual(this.world.clock, this.world.profile.stateMachineSeconds, machine));
    return arn;
  }

  public async updateStateMachine(arn: string, configuration: StateMachineConfiguration): Promise<void> {
    const machine = this.machine(arn);
    machine.set(await this.machineOf(arn, configuration));
  }

  /**
   * Ends the executions at their next state, and is done when all have ended.
   * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
   */
  public async deleteStateMachine(arn: string): Promise<void> {
    this.deleting.add(arn);
    await Promise.all([...this.runs.values()].filter(({ record }) => record.stateMachineArn === arn).map(run => run.ended));
    this.machines.delete(arn);
    this.deleting.delete(arn);
  }

  public startExecution(stateMachineArn: string, input: string, name: string = randomUUID()): ExecutionRecord {
    const machine = this.machine(stateMachineArn).inEffect!;
    checkName(name);
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const existing = this.runs.get(executionArn)?.record;
    // https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    if (existing?.status === 'RUNNING' && existing.input === input) { return existing; }
    if (existing) { throw new ServiceError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`); }
    checkLength('statesInput', 'input', input);
    const onMapRun = (mapRun: MapRun) => this.mapRuns.set(mapRun.mapRunArn, mapRun);
    const isDeleted = () => this.deleting.has(stateMachineArn) || !this.machines.has(stateMachineArn);
    const run = new Run({ world: this.world, onMapRun, isDeleted }, machine, { executionArn, stateMachineArn, name, input });
    this.runs.set(executionArn, run);
    void run.start();
    return run.record;
  }

  public redriveExecution(executionArn: string): ExecutionRecord {
    const run = this.run(executionArn);
    void run.redrive();
    return run.record;
  }

  public stopExecution(executionArn: string, error?: string, cause?: string): ExecutionRecord {
    const run = this.run(executionArn);
    run.stop(error, cause);
    return run.record;
  }

  public execution(executionArn: string): ExecutionRecord {
    return this.run(executionArn).record;
  }

  public mapRun(mapRunArn: string): MapRun {
    return found(this.mapRuns.get(mapRunArn), () => new ServiceError('ResourceNotFoundException', `Resource not found: '${mapRunArn}'`));
  }

  public stop(): void {
    this.runs.forEach(run => run.stop());
  }

  private run(executionArn: string): Run {
    const child = this.childRuns.find(({ record }) => record.executionArn === executionArn);
    return found(this.runs.get(executionArn) ?? child, () => new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`));
  }

  private machine(arn: string): Eventual<StateMachine> {
    this.refuseDeleting(arn);
    return found(this.machines.get(arn), () => new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`));
  }

  private refuseDeleting(arn: string): void {
    if (this.deleting.has(arn)) { throw new ServiceError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`); }
  }

  private async machineOf(arn: string, configuration: StateMachineConfiguration): Promise<StateMachine> {
    const { roleArn, kmsKeyArn } = configuration;
    return { arn, definition: await this.check(arn, configuration), roleArn, kmsKeyArn };
  }

  private async check(arn: string, configuration: StateMachineConfiguration): Promise<Definition> {
    const { definition: text, roleArn } = configuration;
    checkLength('statesDefinition', 'definition', text);
    let definition: Definition;
    try {
      definition = JSON.parse(text);
      // validates its argument, and adds defaults to it: so it gets a copy
      void new library.StateMachine(JSON.parse(text) as StateMachineDefinition);
    } catch (error) {
      throw new ServiceError('InvalidDefinition', `Invalid State Machine Definition: '${(error as Error).message}'`);
    }
    checkDefinition(definition);
    try {
      await assumeRoleOf({ arn, roleArn }, this.world.iam);
    } catch {
      throw new ServiceError('AccessDeniedException', 'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.');
    }
    await checkSettings(arn, configuration, this.world);
    return definition;
  }
}

function checkName(name: string): void {
  if (FORBIDDEN_IN_NAMES.test(name)) { throw new ServiceError('InvalidName', `Invalid Name: '${name}'`); }
  checkQuota('statesName', sizeOf('statesName', name), () => `Invalid Name: '${name}'`);
}
