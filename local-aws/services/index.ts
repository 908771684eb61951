import { cloudFormationService, type CloudFormationService } from '../cloudformation';
import type { Service, World } from '../core';
import { lambdaService, type LambdaService } from './lambda';
import { statesService, type StatesService } from './states';

/** The services that run what was deployed, and how to end what they started. */
export interface DeployedServices {
  readonly services: Service[];
  readonly lambda: LambdaService;
  readonly cloudformation: CloudFormationService;
  readonly states: StatesService;
  stop(): Promise<void>;
}

/** Lambda, Step Functions and CloudFormation are made of the world of the other services. */
export function deployedServices(world: World): DeployedServices {
  const lambda = lambdaService(world);
  const states = statesService(world, lambda);
  const cloudformation = cloudFormationService(world, lambda, states);
  return {
    services: [lambda, states, cloudformation],
    lambda,
    cloudformation,
    states,
    stop: async () => {
      await cloudformation.stop();
      await states.stop();
      await lambda.stop();
    },
  };
}
