import { LambdaService } from './lambda-service';
import type { World } from '../../core';

export { LambdaService, type Invocation, type InvocationResult } from './lambda-service';
export type { FunctionConfiguration } from './function';

export function lambdaService(world: World): LambdaService {
  return new LambdaService(world);
}
