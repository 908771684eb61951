import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { awsCall, serviceError } from './aws-call';

/** Reads the status of a CloudFormation stack, such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
export type StackStatusReader = (stackId: string) => Promise<string>;

export function stackStatusReader(config: PersonalizeClient['config'], env: NodeJS.ProcessEnv = process.env): StackStatusReader {
  return async (stackId) => {
    const answer = await awsCall(config, {
      service: 'cloudformation',
      endpointVariable: 'AWS_ENDPOINT_URL_CLOUDFORMATION',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: stackId }).toString(),
    }, env);
    const status = element(answer.body, 'StackStatus');
    if (answer.statusCode !== 200 || status === undefined) {
      throw serviceError(
        element(answer.body, 'Code') ?? 'InvalidResponse', element(answer.body, 'Message') ?? `DescribeStacks answered HTTP ${answer.statusCode}`, answer,
      );
    }
    return status;
  };
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
}
