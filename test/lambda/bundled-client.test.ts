import { execFileSync } from 'child_process';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

// The bundle leaves parts of the SDK out (lambda/sdk): the client in it must still send what the SDK's own client sends, and
// understand the same answers.

const ROOT = path.join(__dirname, '..', '..');
const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'token' };
const TIME = 'Mon, 02 Nov 2026 08:00:00 GMT';
const OK = { statusCode: 200, headers: { date: TIME }, body: '{"datasetExportJob":{"status":"ACTIVE","creationDateTime":1793606400.25}}' };

interface Sent {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Probed {
  readonly requests: Sent[];
  readonly results: Record<string, unknown>[];
  readonly region: string;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'client-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

beforeAll(() => {
  const tasks = JSON.parse(fs.readFileSync(path.join(ROOT, '.projen', 'tasks.json'), 'utf8')).tasks;
  const args: string[] = tasks['bundle:lambda/index'].steps[0].execArgs.slice(1)
    .filter((arg: string) => !arg.startsWith('--outfile=')).map((arg: string) => (arg === 'lambda/index.ts' ? 'test/lambda/client-probe.ts' : arg));
  expect(args.filter(arg => arg.startsWith('--alias:')).length).toBeGreaterThan(1);
  bundle('ours', args);
  bundle('theirs', args.filter(arg => !/^--(alias|define|external):/.test(arg)));
});

function bundle(name: string, args: string[]): void {
  execFileSync(path.join(ROOT, 'node_modules', '.bin', 'esbuild'), [...args, `--outfile=${path.join(folder, name)}.js`, '--log-level=error'], { cwd: ROOT });
}

function probe(name: string, env: Record<string, string>, answers: object[]): Probed {
  const output = execFileSync(process.execPath, [path.join(folder, `${name}.js`), JSON.stringify(answers)], {
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', AWS_EC2_METADATA_DISABLED: 'true', HOME: folder, ...env }, encoding: 'utf8',
  });
  return JSON.parse(output) as Probed;
}

/** What must be the same: all but what is random, and the list of SDK features at the end of the user agent. */
function comparable({ requests, ...rest }: Probed): object {
  return {
    ...rest,
    requests: requests.map(({ headers: { authorization, 'amz-sdk-invocation-id': id, 'user-agent': agent, ...headers }, ...request }) => ({
      ...request,
      headers: {
        ...headers, authorization: authorization?.replace(/Signature=.*/, ''), id: typeof id, agent: agent!.replace(/ m\/\S+/, ''),
      },
    })),
  };
}

const REGION = { AWS_REGION: 'eu-west-1' };

test.each<[string, Record<string, string>]>([
  ['a Region', REGION],
  ['a Region under its other name', { AWS_DEFAULT_REGION: 'eu-west-1' }],
  ['no Region', {}],
  ['China', { AWS_REGION: 'cn-north-1' }],
  ['GovCloud', { AWS_REGION: 'us-gov-west-1' }],
  ['a Region that nobody has heard of', { AWS_REGION: 'xx-nowhere-7' }],
  ['a Region that is none', { AWS_REGION: 'not a region' }],
  ['FIPS', { AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'true' }],
  ['FIPS, not understood', { AWS_REGION: 'us-east-1', AWS_USE_FIPS_ENDPOINT: 'perhaps' }],
  ['dual stack', { ...REGION, AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ['FIPS and dual stack in GovCloud', { AWS_REGION: 'us-gov-west-1', AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' }],
  ['an endpoint', { ...REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' }],
  ['an endpoint of the service', { ...REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_ENDPOINT_URL_PERSONALIZE: 'https://personalize.example:8443/path' }],
  ['an endpoint that is to be ignored', { ...REGION, AWS_ENDPOINT_URL: 'http://127.0.0.1:4566', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }],
  ['other retries', { ...REGION, AWS_MAX_ATTEMPTS: '7', AWS_RETRY_MODE: 'adaptive' }],
  ['other defaults', { ...REGION, AWS_DEFAULTS_MODE: 'standard' }],
  ['the defaults for where it runs', { ...REGION, AWS_DEFAULTS_MODE: 'auto', AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }],
  ['an application id', { ...REGION, AWS_SDK_UA_APP_ID: 'exports' }],
  ['a trace', { ...REGION, AWS_LAMBDA_FUNCTION_NAME: 'f', _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' }],
  ['keys without a token', { ...REGION, AWS_SESSION_TOKEN: '' }],
])('the client in the bundle sends what the SDK\'s client sends: %s', (_, env) => {
  const [ours, theirs] = ['ours', 'theirs'].map(name => probe(name, { ...KEYS, ...env }, [OK])) as [Probed, Probed];
  expect(comparable(ours)).toEqual(comparable(theirs));
});

test.each<[string, object[]]>([
  ['errors', [400, 403, 429, 500, 503].map(statusCode => (
    { statusCode, headers: {}, body: JSON.stringify({ __type: statusCode === 400 ? 'LimitExceededException' : 'Something', message: 'words' }) }))],
  ['garbage', [{ statusCode: 200, headers: {}, body: '{"datasetExp' }, { statusCode: 502, headers: {}, body: '<html>Bad gateway</html>' }]],
  ['a clock that is an hour late', [
    { statusCode: 403, headers: { date: 'Mon, 02 Nov 2026 09:00:00 GMT' }, body: '{"__type":"InvalidSignatureException","message":"Signature expired"}' }, OK,
  ]],
  ['too many calls, again and again', Array.from({ length: 5 }, () => ({ statusCode: 400, headers: {}, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' }))],
])('the client in the bundle understands what the SDK\'s client understands, and makes one attempt: %s', (_, answers) => {
  const [ours, theirs] = ['ours', 'theirs'].map(name => probe(name, { ...KEYS, ...REGION }, answers)) as [Probed, Probed];
  expect(comparable(ours)).toEqual(comparable(theirs));
  expect(ours.requests).toHaveLength(answers.length);
});

test('a late clock is corrected from the second call on', () => {
  const late = { statusCode: 403, headers: { date: 'Mon, 02 Nov 2026 09:00:00 GMT' }, body: '{"__type":"InvalidSignatureException","message":"Signature expired"}' };
  const { requests } = probe('ours', { ...KEYS, ...REGION }, [late, OK]);
  expect(requests.map(({ headers }) => headers['x-amz-date'])).toEqual(['20261102T080000Z', '20261102T090000Z']);
});

test('without keys it fails with the SDK\'s words for credentials in the environment', () => {
  const { requests, results } = probe('ours', REGION, [OK]);
  expect(requests).toEqual([]);
  expect(results).toEqual([expect.objectContaining({ name: 'CredentialsProviderError', message: 'Unable to find environment variable credentials.' })]);
});

test('the signature is the one that the SDK\'s signer makes of the same request', async () => {
  const { requests: [sent] } = probe('ours', { ...KEYS, ...REGION }, [OK]);
  const { authorization, 'user-agent': _, ...headers } = sent!.headers;
  const signer = new SignatureV4({
    service: 'personalize',
    region: 'eu-west-1',
    credentials: { accessKeyId: KEYS.AWS_ACCESS_KEY_ID, secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY, sessionToken: KEYS.AWS_SESSION_TOKEN },
    sha256: Sha256,
  });
  const signed = await signer.sign(new HttpRequest({ ...sent!, headers }), { signingDate: new Date(Date.parse(TIME)) });
  expect(signed.headers.authorization).toBe(authorization);
});
