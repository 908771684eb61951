import { PersonalizeClient } from '@aws-sdk/client-personalize';
import { createEvent, properties } from './events';
import { answer, answerError, FakeServer, noAnswer, reset } from './fake-server';
import type { IsCompleteRequest } from '../../lambda/events';
import { failureKind } from '../../lambda/failures';
import { pollerStarter } from '../../lambda/poller-api';
import { waitSignal } from '../../lambda/wait-signal';

const STATE_MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:LongExports';
const server = new FakeServer();
const client = new PersonalizeClient({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
  requestHandler: { connectionTimeout: 500, requestTimeout: 200, throwOnRequestTimeout: true },
});
const input: IsCompleteRequest = {
  ...createEvent(properties()),
  PhysicalResourceId: 'arn',
  Decision: { kind: 'export', jobName: 'a', startedAt: 1, created: true },
  Polled: true,
};

beforeAll(() => server.start());
beforeEach(() => { server.received.length = 0; });
afterAll(async () => {
  client.destroy();
  await server.stop();
});

const failureOf = (promise: Promise<void>) => promise.then(() => 'none', failureKind);

describe('pollerStarter', () => {
  const start = () => pollerStarter(client.config, { AWS_ENDPOINT_URL: server.url })(STATE_MACHINE, 'request-1', input);

  it('starts one execution, signed for Step Functions', async () => {
    server.respond = answer(200, JSON.stringify({ executionArn: 'arn', startDate: 1 }), 'application/x-amz-json-1.0');
    await start();

    const [{ headers, body }] = server.received as [typeof server.received[number]];
    expect(headers['x-amz-target']).toBe('AWSStepFunctions.StartExecution');
    expect(headers['content-type']).toBe('application/x-amz-json-1.0');
    expect(headers.authorization).toContain('/eu-west-1/states/aws4_request');
    const { input: text, ...rest } = JSON.parse(body) as Record<string, string>;
    expect(rest).toEqual({ stateMachineArn: STATE_MACHINE, name: 'request-1' });
    expect(JSON.parse(text!)).toEqual(input);
  });

  it('takes an execution of the same name for started', async () => {
    server.respond = answerError(400, 'ExecutionAlreadyExists', 'Execution Already Exists');
    await expect(start()).resolves.toBeUndefined();
  });

  it.each([
    ['ThrottlingException', 400, 'transient'], ['AccessDeniedException', 400, 'settling'],
    ['com.amazonaws.states#StateMachineDoesNotExist', 400, 'terminal'], ['InternalFailure', 500, 'transient'],
  ])('fails with %s (HTTP %i): %s', async (name, status, kind) => {
    server.respond = answerError(status, name, 'no');
    expect(await failureOf(start())).toBe(kind);
    await expect(start()).rejects.toMatchObject({ name: name.split('#').at(-1), message: 'no' });
  });

  it.each([['a reset connection', reset], ['no answer', noAnswer], ['a page of a proxy', answer(503, '<html>')]])('fails with %s: transient', async (_, respond) => {
    server.respond = respond;
    expect(await failureOf(start())).toBe('transient');
  });
});

describe('waitSignal', () => {
  const url = () => `${server.url}/arn%3Aaws%3Acloudformation/Shop/WaitHandle?AWSAccessKeyId=AKID&Expires=1&Signature=a%2Bb%3D`;
  const signal = () => waitSignal(client.config)(url(), { Status: 'FAILURE', Reason: 'née "so"', UniqueId: 'request-1' });

  it('puts the outcome to the presigned URL, as it was signed', async () => {
    server.respond = answer(200, '');
    await signal();

    const [{ method, path, headers, body }] = server.received as [typeof server.received[number]];
    expect(method).toBe('PUT');
    expect(path).toBe(url().slice(server.url.length));
    expect(headers['content-type'] ?? '').toBe('');
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
    expect(headers.authorization).toBeUndefined();
    expect(JSON.parse(body)).toEqual({ Status: 'FAILURE', Reason: 'née "so"', UniqueId: 'request-1', Data: '' });
  });

  it.each([['HTTP 503', answer(503, '')], ['a reset connection', reset], ['no answer', noAnswer]])('fails with %s', async (_, respond) => {
    server.respond = respond;
    await expect(signal()).rejects.toThrow();
  });
});
