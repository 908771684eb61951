import { NotSupportedError } from '../../core';
import { queryMembers } from '../../protocols/query';
import { invalid } from '../template/template';

/** Parameters of a query request. Those that nobody asks for are refused: nothing is passed over. */
export class QueryRequest {
  private readonly used = new Set(['Action', 'Version']);

  constructor(public readonly operation: string, private readonly parameters: Record<string, string>) {}

  public text(name: string): string | undefined {
    this.used.add(name);
    return this.parameters[name];
  }

  public required(name: string): string {
    const value = this.text(name);
    if (value === undefined) {
      throw invalid(`1 validation error detected: Value null at '${name[0].toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`);
    }
    return value;
  }

  public flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  public list(name: string): string[] {
    this.used.add(name);
    return queryMembers(this.parameters, name);
  }

  /** A list of structures with these members. */
  public structures<M extends string>(name: string, members: readonly M[]): Partial<Record<M, string>>[] {
    this.used.add(name);
    const structures: Partial<Record<M, string>>[] = [];
    for (let index = 1; Object.keys(this.parameters).some(key => key.startsWith(`${name}.member.${index}.`)); index++) {
      structures.push(Object.fromEntries(members.map(member => [member, this.parameters[`${name}.member.${index}.${member}`]])) as Partial<Record<M, string>>);
    }
    return structures;
  }

  /** Members that mean nothing here when they have one of these values. */
  public accept(name: string, ...values: string[]): void {
    const value = this.text(name);
    if (value !== undefined && !values.includes(value)) {
      throw new NotSupportedError(`${name} ${value} of cloudformation ${this.operation}`);
    }
  }

  public refuseOthers(): void {
    const unused = Object.keys(this.parameters).find(key => !this.used.has(key) && !this.used.has(key.split('.')[0]) && this.parameters[key] !== '');
    if (unused) {
      throw new NotSupportedError(`${unused} of cloudformation ${this.operation}`);
    }
  }
}
