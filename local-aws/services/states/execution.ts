import type { Definition, State } from './definition';
import { StateFailure } from './failures';
import { History } from './history';
import { Interpreter, atStart, type Progress } from './interpreter';
import type { JSONValue } from './library';
import { MapRun } from './map-run';
import { checkKeyOfExecution } from './settings';
import type { StatesWorld } from './store';
import { runTask } from './task';
import { ServiceError } from '../../core';
import type { ExecutionRecord } from '../../wire';

export interface StateMachine {
  readonly arn: string;
  readonly definition: Definition;
  readonly roleArn: string;
  readonly kmsKeyArn?: string;
}

type Status = ExecutionRecord['status'];
type Writable<T> = { -readonly [member in keyof T]: T[member] };

/** Why an execution is interrupted. */
class Interruption extends Error {
  constructor(public readonly status: Status, error?: string, cause?: string) {
    super(cause);
    this.name = error ?? '';
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
const REDRIVABLE_SECONDS = 14 * 24 * 3600;

interface Surroundings {
  readonly world: StatesWorld;
  /** called for each Map Run when it starts */
  readonly onMapRun: (mapRun: MapRun) => void;
  /** whether the state machine is being deleted, or gone */
  readonly isDeleted: () => boolean;
}

/** An execution, of its own or as a child of a Map Run. It can be stopped, and redriven if it did not succeed. */
export class Run {
  public readonly record: Writable<ExecutionRecord>;
  /** one for all redrives */
  private readonly history = new History();
  private readonly definition: Definition;
  private readonly roleArn: string;
  private readonly progress: Progress;
  /** when it has ended, however it did; after a redrive again */
  public ended: Promise<void> = Promise.resolve();
  private interrupt?: (interruption: Interruption) => void;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly machine: StateMachine,
    record: Pick<ExecutionRecord, 'executionArn' | 'stateMachineArn' | 'name' | 'input'>,
    definition = machine.definition,
  ) {
    this.record = { ...record, startDate: this.now(), status: 'RUNNING', redriveCount: 0, historyEvents: 0 };
    this.definition = definition;
    this.roleArn = machine.roleArn;
    this.progress = atStart(definition, JSON.parse(record.input) as JSONValue);
  }

  public start(signal?: AbortSignal): Promise<void> {
    return this.ended = this.drive(signal);
  }

  public stop(error?: string, cause?: string): void {
    this.interrupt?.(new Interruption('ABORTED', error, cause));
  }

  /** Throws if the execution cannot be redriven; otherwise continues it. */
  public redrive(signal?: AbortSignal): Promise<void> {
    const { record } = this;
    const problem = record.status === 'SUCCEEDED' || record.status === 'RUNNING' ? `Execution is ${record.status} and cannot be redriven`
      : this.history.isFull ? 'Execution history event limit exceeded'
        : this.now() > record.stopDate! + REDRIVABLE_SECONDS ? 'Execution redrivable period exceeded' : undefined;
    if (problem) { throw new ServiceError('ExecutionNotRedrivable', problem); }
    record.redriveCount++;
    record.redriveDate = this.now();
    Object.assign(record, { status: 'RUNNING', stopDate: undefined, error: undefined, cause: undefined });
    return this.ended = this.drive(signal);
  }

  private async drive(signal?: AbortSignal): Promise<void> {
    const { record, history, surroundings: { world } } = this;
    const controller = new AbortController();
    this.interrupt = interruption => controller.abort(interruption);
    const onAbort = () => this.stop();
    signal?.addEventListener('abort', onAbort);
    if (signal?.aborted) { onAbort(); }
    // counted from each redrive: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
    const { TimeoutSeconds } = this.definition;
    if (TimeoutSeconds !== undefined) {
      void world.clock.sleep(Number(TimeoutSeconds) * 1000).then(() => controller.abort(new Interruption('TIMED_OUT')));
    }
    try {
      history.add(1); // started or redriven
      await checkKeyOfExecution({ ...this.machine, roleArn: this.roleArn }, [this.machine.arn, record.stateMachineArn], world);
      record.output = JSON.stringify(await this.interpreter().run(this.progress, controller.signal));
      record.status = 'SUCCEEDED';
    } catch (error) {
      const { name, message } = error as Error;
      record.status = error instanceof Interruption ? error.status : 'FAILED';
      record.error = name || undefined;
      record.cause = message || undefined;
    } finally {
      signal?.removeEventListener('abort', onAbort);
      this.interrupt = undefined;
      history.end();
      record.historyEvents = history.length;
      record.stopDate = this.now();
    }
  }

  private interpreter(): Interpreter {
    const { record, machine, roleArn, surroundings: { world, onMapRun, isDeleted } } = this;
    const session = { arn: machine.arn, roleArn };
    const machineName = machine.arn.slice(machine.arn.lastIndexOf(':') + 1);
    return new Interpreter({
      clock: world.clock,
      history: this.history,
      // https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
      context: {
        Execution: {
          Id: record.executionArn,
          Input: JSON.parse(record.input) as JSONValue,
          Name: record.name,
          RoleArn: roleArn,
          StartTime: new Date(record.startDate * 1000).toISOString(),
          RedriveCount: record.redriveCount,
          ...record.redriveDate !== undefined && { RedriveTime: new Date(record.redriveDate * 1000).toISOString() },
        },
        StateMachine: { Id: record.stateMachineArn, Name: machineName },
      },
      checkTransition: () => {
        // https://repost.aws/knowledge-center/step-functions-stuck-deleting-status
        if (isDeleted()) { throw new StateFailure('States.Runtime', `State machine ${machineName} has been deleted.`); }
      },
      runTask: (resource, input) => runTask(world, session, resource, input) as Promise<JSONValue>,
      runMap: async (state, inputs, progress, signal) => {
        const mapRun = progress.mapRun ??= new MapRun({ world, executionArn: record.executionArn, roleArn, state }, inputs);
        onMapRun(mapRun);
        return mapRun.go({
          start: (input, name, childSignal) => this.startChild(state, mapRun, input, name, childSignal),
          redrive: (run, childSignal) => this.redriveChild(run, childSignal),
        }, signal);
      },
    });
  }

  private startChild(state: State, mapRun: MapRun, input: JSONValue, name: string, signal: AbortSignal): { run: Run; ended: Promise<void> } {
    const { machine, surroundings } = this;
    const run = new Run(surroundings, machine, {
      executionArn: `${machine.arn.replace(':stateMachine:', ':execution:')}/${mapRun.label}:${name}`,
      stateMachineArn: `${machine.arn}/${mapRun.label}`,
      name,
      input: JSON.stringify(input),
    }, state.ItemProcessor!);
    return { run, ended: this.asRole('states:StartExecution', machine.arn).then(() => run.start(signal)) };
  }

  private async redriveChild(run: Run, signal: AbortSignal): Promise<void> {
    await this.asRole('states:RedriveExecution', run.record.executionArn);
    try {
      await run.redrive(signal);
    } catch (error) {
      // a child that cannot be redriven stays as it is: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
      if ((error as ServiceError).code !== 'ExecutionNotRedrivable') { throw error; }
    }
  }

  private asRole(action: string, resource: string): Promise<void> {
    return this.surroundings.world.iam.authorize({ principal: { roleArn: this.roleArn }, action, resource });
  }

  private now(): number {
    return this.surroundings.world.clock.now() / 1000;
  }
}
