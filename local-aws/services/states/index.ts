import type { World } from '../../core';
import type { LambdaService } from '../lambda';
import { StatesService } from './states-service';

export { StatesService, type Execution, type StateMachineConfiguration } from './states-service';

export function statesService(world: World, lambda: LambdaService): StatesService {
  return new StatesService(world, lambda);
}
