import { NotSupportedError, ServiceError, found } from '../core';

/** The parameters of a query request. One that the operation does not read is refused, not ignored. */
export class QueryParameters {
  private readonly used = new Set<string>();

  /** `values`: flat, with the dotted names they were sent under (`Parameters.member.1.ParameterKey`) */
  constructor(private readonly operation: string, private readonly values: Readonly<Record<string, string>>) {}

  public text(name: string): string | undefined {
    this.used.add(name);
    return this.values[name];
  }

  public required(name: string): string {
    return found(this.text(name), () => new ServiceError('ValidationError',
      `1 validation error detected: Value null at '${name[0].toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must not be null`));
  }

  public flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** `<name>.member.1`, `<name>.member.2` … */
  public list(name: string): string[] {
    return this.structures(name, ['']).map(structure => structure['']!);
  }

  /** A list of structures with these members: `<name>.member.1.<member>` … */
  public structures<M extends string>(name: string, members: readonly M[]): Partial<Record<M, string>>[] {
    this.used.add(name);
    const structures: Partial<Record<M, string>>[] = [];
    for (;;) {
      const prefix = `${name}.member.${structures.length + 1}`;
      const present = members.flatMap(member => {
        const value = this.values[member === '' ? prefix : `${prefix}.${member}`];
        return value === undefined ? [] : [[member, value]];
      });
      if (present.length === 0) { return structures; }
      structures.push(Object.fromEntries(present));
    }
  }

  /** A parameter that means nothing here, as long as it has one of these values. */
  public accept(name: string, ...values: string[]): void {
    const value = this.text(name);
    if (value !== undefined && !values.includes(value)) { throw this.notSupported(`${name} ${value}`); }
  }

  public refuseOthers(): void {
    const unused = Object.keys(this.values).find(key => !this.used.has(key) && !this.used.has(key.split('.')[0]) && this.values[key] !== '');
    if (unused) { throw this.notSupported(unused); }
  }

  private notSupported(what: string): NotSupportedError {
    return new NotSupportedError(`${what} of ${this.operation}`);
  }
}
