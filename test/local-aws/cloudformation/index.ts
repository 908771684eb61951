import type { World } from '../core';
import type { LambdaService } from '../lambda';
import type { StatesService } from '../states';
import { CloudFormationService } from './cloudformation-service';

export { CloudFormationService } from './cloudformation-service';
export type { CustomResourceExchange, CustomResourceRequest, CustomResourceResponse } from './custom-resource/exchange';

export function cloudFormationService(world: World, lambda: LambdaService, states: StatesService): CloudFormationService {
  return new CloudFormationService(world, lambda, states);
}
