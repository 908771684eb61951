import { ACCOUNT, type Api, type ApiRequest, type ApiResponse } from '../../local-aws/core';
import { PLAIN, type Profile } from '../../local-aws/profile';
import { DEPLOYER } from '../../local-aws/services/iam/credentials';
import { createWorld, type World } from '../../local-aws/world';
import { ManualClock } from '../../tools/simulation/manual-clock';

export const REGION = 'us-east-1';

/** Local AWS without its endpoint, by default in time that stands still. */
export function testWorld(clock: World['clock'] = new ManualClock(), profile: Profile = PLAIN): World {
  return createWorld({ region: REGION, clock, profile, endpoint: 'http://127.0.0.1:1' });
}

export function policy(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(Action: string | string[], Resource: string | string[] = '*', more: object = {}): object {
  return { Effect: 'Allow', Action, Resource, ...more };
}

/** A trust policy. */
export function trust(Principal: object | string, more: object = {}): object {
  return policy({ Effect: 'Allow', Principal: typeof Principal === 'string' ? { Service: Principal } : Principal, Action: 'sts:AssumeRole', ...more });
}

/** Calls an API as the front does; the caller is a session of the role, or the deployer. */
export async function call(
  api: Api, world: World, { body = '', ...request }: Partial<Omit<ApiRequest, 'body'>> & { body?: string }, roleArn?: string,
): Promise<ApiResponse> {
  const arn = roleArn ? `arn:aws:sts::${ACCOUNT}:assumed-role/${roleArn.split('/').pop()}/session` : DEPLOYER.userArn;
  const received: ApiRequest = {
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    caller: { accessKeyId: 'key', account: ACCOUNT, arn, roleArn },
    ...request,
    body: Buffer.from(body),
  };
  return api.handle(api.operation(received), received, world, 'request-id');
}

export async function eventually(check: () => void): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      check();
      return;
    } catch (error) {
      if (attempt === 500) { throw error; }
      await new Promise(resolve => setTimeout(resolve, 10));
    }
  }
}
