import { zipOf } from './testing-zip';
import { ScaledClock } from '../../../../local-aws/clock';
import { ResponseServer } from '../../../../local-aws/cloudformation/custom-resource/response-server';
import { DEPLOYER } from '../../../../local-aws/services/iam/credentials';
import { FunctionStore } from '../../../../local-aws/services/lambda/store';
import type { World } from '../../../../local-aws/world';
import { testWorld, trust } from '../../testing-world';

// as the Provider framework does it: without the port
const PUT = `exports.handler = ({ url, body }) => new Promise((resolve) => {
  const { hostname, pathname, search } = new URL(url);
  const request = require('https').request({ hostname, path: pathname + search, method: 'PUT' }, (response) => resolve(response.statusCode));
  request.on('error', (error) => resolve(error.code));
  request.end(body);
});`;

let clock: ScaledClock;
let world: World;
let roleArn: string;
let server: ResponseServer;

beforeAll(async () => {
  clock = new ScaledClock(Infinity);
  world = testWorld(clock);
  server = await ResponseServer.start('us-east-1');
  roleArn = world.iam.createRole({ roleName: 'fn-role', assumeRolePolicyDocument: trust('lambda.amazonaws.com') });
});

afterAll(async () => {
  clock.stop();
  await server.stop();
});

async function put(gatewayHost: string, url: string): Promise<unknown> {
  const lambda = new FunctionStore(world);
  try {
    lambda.openGateway(gatewayHost, server.port, server.certificate);
    await lambda.createFunction({
      functionName: 'putter',
      code: zipOf({ 'index.js': PUT }),
      handler: 'index.handler',
      roleArn,
      runtime: 'nodejs22.x',
      timeoutSeconds: 10,
      memorySize: 128,
      environment: {},
      logging: { format: 'Text', applicationLevel: 'INFO' },
    });
    const { payload } = await lambda.invoke({
      functionName: 'putter', payload: JSON.stringify({ url, body: 'answer' }), principal: { userArn: DEPLOYER.userArn },
    });
    return JSON.parse(payload);
  } finally {
    lambda.stop();
  }
}

test('the host of the response URL is reached at port 443 without root', async () => {
  const bodies: string[] = [];
  const url = server.responseUrl('stack', 'Logical', 'request', body => bodies.push(body));
  expect(await put(server.host, url)).toBe(200);
  expect(bodies).toEqual(['answer']);
});

test('TLS still checks the name', async () => {
  const url = server.responseUrl('stack', 'Logical', 'request', () => undefined);
  expect(await put('elsewhere.example.com', url.replace(server.host, 'elsewhere.example.com'))).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
});

test('an answer with the wrong secret is refused', async () => {
  const bodies: string[] = [];
  const url = server.responseUrl('stack', 'Logical', 'request', body => bodies.push(body));
  expect(await put(server.host, url.replace(/Signature=.*/, 'Signature=guessed'))).toBe(403);
  expect(bodies).toEqual([]);
});
