import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { awsCall, serviceError } from './aws-call';
import type { IsCompleteRequest } from './events';

/** What the state machine that watches a long export works on: the request, and how often to look. */
export type PollerInput = IsCompleteRequest;

/** Starts the state machine for a long export; once for each name, however often it is called. */
export type PollerStarter = (stateMachineArn: string, name: string, input: PollerInput) => Promise<void>;

export function pollerStarter(config: PersonalizeClient['config'], env: NodeJS.ProcessEnv = process.env): PollerStarter {
  return async (stateMachineArn, name, input) => {
    const answer = await awsCall(config, {
      service: 'states',
      endpointVariable: 'AWS_ENDPOINT_URL_SFN',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AWSStepFunctions.StartExecution' },
      body: JSON.stringify({ stateMachineArn, name, input: JSON.stringify(input) }),
    }, env);
    if (answer.statusCode === 200) { return; }
    const { __type = 'InvalidResponse', message = `StartExecution answered HTTP ${answer.statusCode}` } = parsed(answer.body);
    const errorName = __type.slice(__type.lastIndexOf('#') + 1);
    // a repeated delivery of the same request
    if (errorName === 'ExecutionAlreadyExists') { return; }
    throw serviceError(errorName, message, answer);
  };
}

function parsed(body: string): { __type?: string; message?: string } {
  try {
    return JSON.parse(body) as { __type?: string; message?: string };
  } catch {
    return {};
  }
}
