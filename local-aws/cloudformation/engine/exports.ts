import type { Stack, StackOutput } from './stack';
import { found } from '../../core';
import { RULES } from '../rules';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';
import type { Scope } from '../template/scope';
import { invalid } from '../template/template';

/** The exports of all stacks. */
export class Exports {
  constructor(private readonly stacks: () => Iterable<Stack>) {}

  /** Records that the stack imports it. */
  public importValue(importer: Stack, name: string): string {
    const { value } = found(this.find(name), () => invalid(`No export named ${name} found.`));
    importer.imports.add(name);
    return value;
  }

  public checkFree(name: string, stack: Stack): void {
    const exporter = this.find(name)?.stack;
    if (exporter && exporter !== stack) {
      throw RULES.exportTaken(name, exporter.name);
    }
  }

  /** An export that other stacks import cannot be deleted, and its value cannot change. */
  public checkUnused(stack: Stack, outputs: readonly StackOutput[] = []): void {
    for (const { exportName, value } of stack.outputs) {
      const after = outputs.find(output => output.exportName === exportName);
      const user = exportName !== undefined && after?.value !== value
        && [...this.stacks()].find(other => other !== stack && !other.isDeleted && other.imports.has(exportName));
      if (user) { throw RULES.exportInUse(exportName, after ? 'updated' : 'deleted', user.name); }
    }
  }

  private find(name: string): { stack: Stack; value: string } | undefined {
    for (const stack of this.stacks()) {
      const output = stack.isDeleted ? undefined : stack.outputs.find(({ exportName }) => exportName === name);
      if (output) { return { stack, value: output.value }; }
    }
    return undefined;
  }
}

/** The outputs of a stack whose resources all exist. */
export function resolveOutputs(stack: Stack, blueprint: Blueprint, scope: Scope, exports: Exports): StackOutput[] {
  const outputs = [...blueprint.outputs].map(([key, { Value, Description, Export }]): StackOutput => {
    const value = resolve(Value, scope);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw invalid(`Template format error: The Value field of every Outputs member must evaluate to a String (${key}).`);
    }
    const exportName = Export && String(resolve(Export.Name, scope));
    if (exportName !== undefined) { exports.checkFree(exportName, stack); }
    return { key, value: String(value), description: Description, exportName };
  });
  exports.checkUnused(stack, outputs);
  return outputs;
}
