import type { Exports } from './exports';
import type { Stack, StackOutput } from './stack';
import type { Blueprint } from '../template/blueprint';
import { resolve } from '../template/intrinsics';
import type { Scope } from '../template/scope';
import { invalid } from '../template/template';

/** The outputs of a stack whose resources are all there. */
export function resolveOutputs(stack: Stack, blueprint: Blueprint, scope: Scope, exports: Exports): StackOutput[] {
  const outputs = [...blueprint.outputs].map(([key, { Value, Description, Export }]): StackOutput => {
    const value = resolve(Value, scope);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw invalid(`Template format error: The Value field of every Outputs member must evaluate to a String (${key}).`);
    }
    const exportName = Export && String(resolve(Export.Name, scope));
    if (exportName !== undefined) {
      exports.checkFree(exportName, stack);
    }
    return { key, value: String(value), description: Description, exportName };
  });
  exports.checkUnused(stack, outputs);
  return outputs;
}
