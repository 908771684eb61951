import { zipOf } from './testing-zip';
import { ResponseServer } from '../../../../local-aws/cloudformation/custom-resource/response-server';
import { LocalAws } from '../../../../local-aws/local-aws';
import { LambdaService } from '../../../../local-aws/services/lambda';

const ROOT = { userArn: 'arn:aws:iam::111122223333:user/deployer' };
const TRUST = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] };
// as the Provider framework does it: the port is dropped
const PUT = `exports.handler = ({ url, body }) => new Promise((resolve) => {
  const { hostname, pathname, search } = new URL(url);
  const request = require('https').request({ hostname, path: pathname + search, method: 'PUT' }, (response) => resolve(response.statusCode));
  request.on('error', (error) => resolve(error.code));
  request.end(body);
});`;

let local: LocalAws;
let server: ResponseServer;

beforeAll(async () => {
  local = await LocalAws.start();
  server = await ResponseServer.start('us-east-1');
  local.world.iam.createRole({ roleName: 'fn-role', assumeRolePolicyDocument: TRUST });
});

afterAll(async () => {
  await server.stop();
  await local.stop();
});

async function put(gatewayHost: string, url: string): Promise<unknown> {
  const lambda = new LambdaService(local.world);
  try {
    lambda.openGateway(gatewayHost, server.port, server.certificate);
    await lambda.createFunction({
      functionName: 'putter',
      code: zipOf({ 'index.js': PUT }),
      handler: 'index.handler',
      roleArn: 'arn:aws:iam::111122223333:role/fn-role',
      runtime: 'nodejs22.x',
      timeoutSeconds: 10,
      memorySize: 128,
      environment: {},
      logging: { format: 'Text', applicationLevel: 'INFO' },
    });
    const { payload } = await lambda.invoke({ functionName: 'putter', payload: JSON.stringify({ url, body: 'answer' }), principal: ROOT });
    return JSON.parse(payload);
  } finally {
    await lambda.stop();
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
