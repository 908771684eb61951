import type { World } from '../core';
import { CloudFormationService } from './cloudformation-service';
import type { LambdaService } from '../services/lambda';
import type { StatesService } from '../services/states';

export { CloudFormationService } from './cloudformation-service';
export type { CustomResourceExchange, CustomResourceRequest, CustomResourceResponse } from './custom-resource/exchange';

export function cloudFormationService(world: World, lambda: LambdaService, states: StatesService): CloudFormationService {
  return new CloudFormationService(world, lambda, states);
}
