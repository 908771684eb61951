import type { IsCompleteRequest, OnEventRequest } from '../../lambda/events';
import type { World } from '../../tools/simulation/world';

// The runtime of the CDK's Provider framework, as it is deployed. The package does not export it.
/* eslint-disable @typescript-eslint/no-require-imports */
const RUNTIME = '../../node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime';
const outbound = require(`${RUNTIME}/outbound.js`) as {
  invokeFunction: (request: { FunctionName: string; Payload: string }) => Promise<{ Payload: Uint8Array; FunctionError?: string }>;
  startExecution: (request: { stateMachineArn: string; input: string }) => Promise<void>;
  httpRequest: (options: { method: string; hostname: string; path: string; headers: Record<string, unknown> }, body: string) => Promise<void>;
};
const framework = require(`${RUNTIME}/framework.js`) as {
  onEvent: (event: object) => Promise<void>;
  isComplete: (event: object) => Promise<void>;
  onTimeout: (event: object) => Promise<void>;
};
/* eslint-enable @typescript-eslint/no-require-imports */

export const RESPONSE_SECRET = 'AWSAccessKeyId=secret&Signature=verysecret';
const RESPONSE_URL = `https://cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com/arn%3Aaws?${RESPONSE_SECRET}`;

const FUNCTIONS = {
  onEvent: 'arn:aws:lambda:eu-west-1:111122223333:function:Shop-PersonalizeDatasetExportProviderOnEvent1A2B3C4D-abcdefghijkl',
  isComplete: 'arn:aws:lambda:eu-west-1:111122223333:function:Shop-PersonalizeDatasetExportProviderIsComplete1A2B-abcdefghijkl',
};

/** What CloudFormation receives. */
export interface CloudFormationResponse {
  readonly bytes: number;
  readonly body: {
    readonly Status: 'SUCCESS' | 'FAILED';
    readonly Reason: string;
    readonly PhysicalResourceId: string;
    readonly StackId: string;
    readonly RequestId: string;
    readonly LogicalResourceId: string;
    readonly Data?: Record<string, string>;
  };
}

export interface WaiterOptions {
  readonly intervalSeconds?: number;
  readonly maxAttempts?: number;
  /** the response of the first invocation of onEvent is lost: the framework's client invokes it again */
  readonly repeatOnEvent?: boolean;
}

/** A request through the real framework: its functions, with Lambda, Step Functions and HTTP replaced. */
export async function throughFramework(world: World, event: OnEventRequest, options: WaiterOptions = {}): Promise<CloudFormationResponse[]> {
  const { intervalSeconds = 30, maxAttempts = 120, repeatOnEvent = false } = options;
  const responses: CloudFormationResponse[] = [];
  let execution: string | undefined;

  process.env.USER_ON_EVENT_FUNCTION_ARN = FUNCTIONS.onEvent;
  process.env.USER_IS_COMPLETE_FUNCTION_ARN = FUNCTIONS.isComplete;
  process.env.WAITER_STATE_MACHINE_ARN = 'arn:aws:states:eu-west-1:111122223333:stateMachine:Waiter';

  const onEvent = async (payload: OnEventRequest) => world.lifecycle.onEvent(payload);
  const isComplete = async (payload: IsCompleteRequest) => world.lifecycle.isComplete(payload);
  outbound.invokeFunction = async ({ FunctionName, Payload }) => {
    if (FunctionName === FUNCTIONS.isComplete) { return asLambda(isComplete, Payload); }
    if (repeatOnEvent) { await asLambda(onEvent, Payload); }
    return asLambda(onEvent, Payload);
  };
  outbound.httpRequest = async ({ method, path }, body) => {
    expect([method, path]).toEqual(['PUT', expect.stringContaining(RESPONSE_SECRET)]);
    responses.push({ bytes: Buffer.byteLength(body), body: JSON.parse(body) });
  };
  outbound.startExecution = async ({ input }) => { execution = input; };

  await framework.onEvent({ ...event, ResponseURL: RESPONSE_URL, ResourceType: 'Custom::PersonalizeDatasetExportJob' });
  if (execution !== undefined) { await waiterStateMachine(world, execution, intervalSeconds, maxAttempts); }
  return responses;
}

/** Task with Retry on States.ALL (so many times, so far apart), then Catch: as the framework defines it. */
async function waiterStateMachine(world: World, input: string, intervalSeconds: number, maxAttempts: number): Promise<void> {
  for (let retries = 0; ; retries++) {
    try {
      return await framework.isComplete(JSON.parse(input));
    } catch (error) {
      const { name, message, stack } = error as Error;
      if (retries === maxAttempts) {
        return framework.onTimeout({ Error: name, Cause: JSON.stringify({ errorType: name, errorMessage: message, trace: stack!.split('\n') }) });
      }
      world.clock.advance(intervalSeconds);
    }
  }
}

/** JSON in, JSON out, errors as Lambda's Node.js runtime reports them. */
async function asLambda<T>(handler: (payload: T) => Promise<unknown>, payload: string): Promise<{ Payload: Uint8Array; FunctionError?: string }> {
  try {
    return { Payload: Buffer.from(JSON.stringify(await handler(JSON.parse(payload)))) };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType: name, errorMessage: message, trace: stack!.split('\n') })) };
  }
}
