import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { STACK_ID } from './events';
import { answer, cutOff, FakeServer, noAnswer, reset, type Respond } from './fake-server';
import { errorText, failureKind } from '../../lambda/failures';
import { stackStatusReader, type StackStatusReader } from '../../lambda/stack-status';

const server = new FakeServer();
const client = new PersonalizeClient({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
  requestHandler: { connectionTimeout: 500, requestTimeout: 200, throwOnRequestTimeout: true },
});
let read: StackStatusReader;

beforeAll(async () => {
  await server.start();
  read = stackStatusReader(client.config, { AWS_ENDPOINT_URL: server.url });
});
beforeEach(() => { server.received.length = 0; });
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const stacks = (status: string) => answer(200, `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <DescribeStacksResult><Stacks><member>
    <StackId>${STACK_ID}</StackId>
    <StackStatusReason>a text with StackStatus in it</StackStatusReason>
    <StackStatus>${status}</StackStatus>
  </member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, 'text/xml');

const errorResponse = (status: number, code: string, message: string) => answer(status, `<ErrorResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">
  <Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`, 'text/xml');

async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => { throw new Error('did not fail'); }, (error: Error) => error);
}

describe('stackStatusReader', () => {
  it.each(['UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_IN_PROGRESS', 'CREATE_FAILED'])('reads %s', async (status) => {
    server.respond = stacks(status);

    expect(await read(STACK_ID)).toBe(status);
  });

  it('asks for the one stack, signed for CloudFormation', async () => {
    server.respond = stacks('UPDATE_IN_PROGRESS');
    await read(STACK_ID);

    expect(server.received).toHaveLength(1);
    const { method, path, headers, body } = server.received[0]!;
    expect({ method, path, ...Object.fromEntries(new URLSearchParams(body)) }).toEqual({
      method: 'POST', path: '/', Action: 'DescribeStacks', Version: '2010-05-15', StackName: STACK_ID,
    });
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/cloudformation\/aws4_request, SignedHeaders=[a-z0-9;-]*\bhost\b[a-z0-9;-]*, Signature=[0-9a-f]{64}$/,
    );
    expect(headers['x-amz-security-token']).toBe('session');
    expect(headers.host).toBe(new URL(server.url).host);
    expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('prefers the endpoint that is set for CloudFormation alone', async () => {
    server.respond = stacks('UPDATE_IN_PROGRESS');
    const env = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_CLOUDFORMATION: `${server.url}/deep/path` };

    expect(await stackStatusReader(client.config, env)(STACK_ID)).toBe('UPDATE_IN_PROGRESS');
    expect(server.received[0]!.path).toBe('/deep/path');
  });

  it.each([['eu-west-1', 'cloudformation.eu-west-1.amazonaws.com'], ['cn-north-1', 'cloudformation.cn-north-1.amazonaws.com.cn']])(
    'asks the public endpoint of %s when none is set', async (region, host) => {
      const handled: unknown[] = [];
      const handle = async (request: { hostname: string; protocol: string }) => {
        handled.push([request.protocol, request.hostname]);
        throw new Error('enough');
      };
      const config = { ...client.config, region: async () => region, requestHandler: { handle } } as unknown as PersonalizeClient['config'];

      expect((await errorOf(stackStatusReader(config, {})(STACK_ID))).message).toBe('enough');
      expect(handled).toEqual([['https:', host]]);
    });

  it.each([
    [400, 'Throttling', 'Rate exceeded', 'transient'],
    [403, 'AccessDenied', 'User: x is not authorized to perform: cloudformation:DescribeStacks', 'settling'],
    [400, 'ValidationError', 'Stack with id x does not exist', 'terminal'],
    [500, 'InternalFailure', 'oh no', 'transient'],
  ])('fails with the name and the words of the service: HTTP %d %s', async (status, code, message, kind) => {
    server.respond = errorResponse(status, code, message);

    const error = await errorOf(read(STACK_ID));

    expect(errorText(error)).toBe(`${code}: ${message}`);
    expect(failureKind(error)).toBe(kind);
  });

  it.each<[string, Respond]>([
    ['a page of HTML with HTTP 503', answer(503, '<html></html>', 'text/html')],
    ['HTTP 500 without a body', answer(500, '')],
    ['an answer without a stack', answer(200, '<DescribeStacksResponse/>')],
    ['a connection that breaks', reset],
    ['a connection that breaks in the middle of a good answer', cutOff],
    ['no answer in time', noAnswer],
  ])('fails on %s: transient', async (_, respond) => {
    server.respond = respond;

    expect(failureKind(await errorOf(read(STACK_ID)))).toBe('transient');
    expect(server.received).toHaveLength(1);
  });
});
