import type { World } from '../core';
import { LambdaService } from './lambda-service';

export { LambdaService, type Invocation, type InvocationResult } from './lambda-service';
export type { FunctionConfiguration } from './function';

export function lambdaService(world: World): LambdaService {
  return new LambdaService(world);
}
