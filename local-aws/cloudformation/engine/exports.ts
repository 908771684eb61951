import type { Stack, StackOutput } from './stack';
import { invalid } from '../template/template';

/** The exports of all stacks. */
export class Exports {
  constructor(private readonly stacks: () => Iterable<Stack>) {}

  /** Notes down that the stack uses it. */
  public importValue(importer: Stack, name: string): string {
    const found = this.find(name);
    if (!found) {
      throw invalid(`No export named ${name} found.`);
    }
    importer.imports.add(name);
    return found.value;
  }

  public checkFree(name: string, stack: Stack): void {
    const found = this.find(name);
    if (found && found.stack !== stack) {
      throw invalid(`Export with name ${name} is already exported by stack ${found.stack.name}. Rollback requested by user.`);
    }
  }

  /**
   * Refuses to give up exports that others use, or to change their values:
   * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
   */
  public checkUnused(stack: Stack, outputs: readonly StackOutput[] = []): void {
    for (const { exportName, value } of stack.outputs) {
      const after = outputs.find(output => output.exportName === exportName);
      const user = exportName !== undefined && after?.value !== value
        && [...this.stacks()].find(other => other !== stack && !other.isDeleted && other.imports.has(exportName));
      if (user) {
        throw invalid(`Export ${exportName} cannot be ${after ? 'updated' : 'deleted'} as it is in use by ${user.name}`);
      }
    }
  }

  private find(name: string): { stack: Stack; value: string } | undefined {
    for (const stack of this.stacks()) {
      const output = stack.isDeleted ? undefined : stack.outputs.find(({ exportName }) => exportName === name);
      if (output) {
        return { stack, value: output.value };
      }
    }
    return undefined;
  }
}
