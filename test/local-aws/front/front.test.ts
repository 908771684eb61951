import { ACCOUNT, ServiceError, type Caller } from '../../../local-aws/core';
import { Faults } from '../../../local-aws/front/faults';
import { Front } from '../../../local-aws/front/front';
import { JsonApi } from '../../../local-aws/protocols/json';
import { QueryApi } from '../../../local-aws/protocols/query';
import type { World } from '../../../local-aws/world';
import { ManualClock } from '../../../tools/simulation/manual-clock';
import { testWorld } from '../testing-world';

const CALLER: Caller = { accessKeyId: 'KNOWN', account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/u` };

/** The operations' input, as the packages of SDK clients describe it. */
const client = Object.fromEntries(Object.entries({ Count: { a: 1 }, Other: {}, Break: {}, Refuse: {}, Echo: { Names: 64, Text: 0, Ignored: 0 } })
  .map(([name, members]) => [`${name}$`, [9, 'test', name, 0, [3, 'test', `${name}Input`, 0, Object.keys(members), Object.values(members)], 0]]));

/** How often Count was really called. */
let count: number;
const counter = new JsonApi('counter', client, {
  Count: async ({ parameters, request: { caller } }) => {
    count++;
    return { parameters, caller: caller.arn };
  },
  Other: async () => ({}),
  Break: async () => { throw new Error('broken'); },
  Refuse: async () => { throw new ServiceError('AccessDenied', 'no', 403); },
});
const echo = new QueryApi('echo', client, 'urn:x', {
  Echo: async ({ parameters }) => ({ Names: parameters.list('Names'), Text: parameters.text('Text'), Nothing: undefined, No: [] }),
});

let front: Front;
let world: World;
let faults: Faults;
let clock: ManualClock;

beforeEach(async () => {
  jest.spyOn(console, 'error').mockImplementation();
  count = 0;
  clock = new ManualClock();
  front = await Front.listen(0);
  world = testWorld(clock);
  faults = new Faults(clock, world.callers);
  jest.spyOn(world.iam, 'caller').mockImplementation(key => key === 'KNOWN' ? CALLER : undefined);
  front.serve({ world, apis: [counter, echo], control: jest.fn(), interceptor: faults.interceptor });
});

afterEach(async () => front.close());

const authorization = (service: string, key = 'KNOWN', region = 'us-east-1'): string =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`;

async function send(operation: string, headers: Record<string, string> = {}, body = '{}'): Promise<Response> {
  return fetch(front.endpoint, {
    method: 'POST', body, headers: { 'authorization': authorization('counter'), 'x-amz-target': `Counter.${operation}`, 'content-type': 'application/x-amz-json-1.1', ...headers },
  });
}

test('a function in a VPC gets no connection to a service that it cannot reach from there', async () => {
  jest.spyOn(world.lambda, 'reaches').mockImplementation((key, service) => key === 'KNOWN' && service === 'echo');
  await expect(send('Count')).rejects.toThrow('fetch failed');
  expect(count).toBe(0);
  expect(front.calls.records).toMatchObject([{ operation: 'Count', status: 0 }]);
});

describe('routing', () => {
  test('by the credential scope', async () => {
    const response = await send('Count', {}, '{"a":1}');
    expect(await response.json()).toEqual({ parameters: { a: 1 }, caller: CALLER.arn });
    expect(front.calls.records).toEqual([{
      time: '2026-01-01T00:00:00.000Z', service: 'counter', operation: 'Count', caller: CALLER.arn, parameters: { a: 1 }, status: 200,
    }]);
  });

  test('by a presigned URL', async () => {
    const credential = encodeURIComponent('KNOWN/20260101/us-east-1/counter/aws4_request');
    const response = await fetch(`${front.endpoint}/?X-Amz-Credential=${credential}`, { headers: { 'x-amz-target': 'Counter.Count' } });
    expect(response.status).toBe(200);
  });

  test('decodes chunked bodies', async () => {
    const response = await send('Count', { 'content-encoding': 'aws-chunked' }, '7\r\n{"a":1}\r\n0\r\n\r\n');
    expect(await response.json()).toMatchObject({ parameters: { a: 1 } });
  });

  test.each<[string, Record<string, string>, number, string]>([
    ['an unknown key', { authorization: authorization('counter', 'UNKNOWN') }, 403, 'UnrecognizedClientException'],
    ['no signature', { authorization: '' }, 403, 'MissingAuthenticationToken'],
    ['an unknown service', { authorization: authorization('nonsense') }, 501, 'LocalAwsNotSupported'],
    ['another region', { authorization: authorization('counter', 'KNOWN', 'eu-west-1') }, 501, 'LocalAwsNotSupported'],
  ])('refuses %s', async (_, headers, status, type) => {
    const response = await send('Count', headers);
    expect([response.status, (await response.json() as { __type: string }).__type]).toEqual([status, type]);
    expect(count).toBe(0);
  });

  test('errors are answered in the protocol of the service, and logged', async () => {
    const refused = await send('Refuse');
    expect([refused.status, await refused.json()]).toEqual([400, { __type: 'AccessDeniedException', message: 'no' }]);
    expect((await send('Break')).status).toBe(500);
    expect((await send('Nothing')).status).toBe(501);
    expect(front.calls.records.map(({ status, errorCode }) => [status, errorCode]))
      .toEqual([[400, 'AccessDenied'], [500, 'InternalFailure'], [501, 'LocalAwsNotSupported']]);
  });
});

describe('the query protocol', () => {
  const query = async (body: string, key = 'KNOWN'): Promise<string> => (await fetch(front.endpoint, {
    method: 'POST', body, headers: { 'authorization': authorization('echo', key), 'content-type': 'application/x-www-form-urlencoded' },
  })).text();

  test('reads lists and writes them', async () => {
    expect(await query('Action=Echo&Names.member.1=a&Names.member.2=%3Cb%3E&Text=x%26y')).toContain(
      '<EchoResponse xmlns="urn:x"><EchoResult><Names><member>a</member><member>&lt;b&gt;</member></Names><Text>x&amp;y</Text><No></No></EchoResult>',
    );
  });

  test('refuses parameters that the operation does not read', async () => {
    expect(await query('Action=Echo&Ignored=x')).toContain('<Message>local AWS does not support Ignored of echo Echo</Message>');
  });

  test('has errors of its own', async () => {
    expect(await query('Action=Echo', 'UNKNOWN')).toContain('<Code>InvalidClientTokenId</Code>');
    faults.add({ operation: 'Echo', error: { code: 'Throttling', message: 'slow down' } });
    expect(await query('Action=Echo')).toContain('<Error><Type>Sender</Type><Code>Throttling</Code><Message>slow down</Message></Error>');
  });
});

describe('faults', () => {
  test('an error for the next calls, without effect', async () => {
    faults.add({ operation: 'Count', times: 2, error: { code: 'ThrottlingException' } });
    expect([(await send('Other')).status, (await send('Count')).status, (await send('Count')).status, (await send('Count')).status])
      .toEqual([200, 400, 400, 200]);
    expect(count).toBe(1);
    expect(faults.remaining()).toEqual([]);
  });

  test('after some calls, in one service only', async () => {
    faults.add({ service: 'counter', operation: 'Count', after: 1, error: { code: 'ServiceUnavailable', status: 503 } });
    faults.add({ service: 'echo', operation: 'Count', error: { code: 'Never' } });
    expect([(await send('Count')).status, (await send('Count')).status, (await send('Count')).status]).toEqual([200, 503, 200]);
  });

  test('an error although the call took effect', async () => {
    faults.add({ operation: 'Count', takesEffect: true, error: { code: 'InternalFailure', status: 500 } });
    expect((await send('Count')).status).toBe(500);
    expect(count).toBe(1);
  });

  test.each([[false, 0], [true, 1]])('a dropped connection, took effect: %s', async (takesEffect, expected) => {
    faults.add({ operation: 'Count', drop: true, takesEffect });
    await expect(send('Count')).rejects.toThrow();
    expect(count).toBe(expected);
    expect(front.calls.records[0].status).toBe(0);
    expect((await send('Count')).status).toBe(200);
  });

  test('a delay in simulated time', async () => {
    faults.add({ operation: 'Count', delaySeconds: 30 });
    const response = send('Count');
    while (front.calls.records.length === 0) { await new Promise(resolve => setTimeout(resolve, 5)); }
    await clock.advance(29_000);
    expect(count).toBe(0);
    await clock.advance(2_000);
    expect((await response).status).toBe(200);
  });

  test('are forgotten when cleared; senseless ones are refused', async () => {
    faults.add({ operation: 'Count', drop: true });
    faults.clear();
    expect((await send('Count')).status).toBe(200);
    expect(() => faults.add({ operation: 'Count' })).toThrow('needs');
  });
});
