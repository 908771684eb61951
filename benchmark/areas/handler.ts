import { execFile } from 'child_process';
import * as fs from 'fs';
import * as http from 'http';
import type { AddressInfo } from 'net';
import * as path from 'path';
import { promisify } from 'util';
import { REPOSITORY } from '../../tools/repository';
import type { Compiled } from '../compiled';
import { inFreshProcess, interleaved, SAMPLES } from '../fresh-process';
import { median } from '../statistics';

/** Area 3: the handler's code in a new process. */
export interface Load {
  readonly title: string;
  /** in the plot */
  readonly short: string;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
  readonly addedRssBytes: number;
}

export interface Poll {
  readonly title: string;
  /** in a new process, which is not connected yet */
  readonly first: { readonly cpuMs: number; readonly wallMs: number };
  readonly later: { readonly cpuMs: number; readonly wallMs: number };
}

export interface Handler {
  readonly bundleBytes: number;
  readonly awsCustomResourceBytes: number;
  readonly loads: Record<'bundle' | 'sdk' | 'awsCustomResource' | 'awsCustomResourceWithClient', Load>;
  readonly polls: Record<'bundle' | 'sdk', Poll>;
}

export const BUNDLE = path.join(REPOSITORY, 'assets', 'lambda', 'index', 'index.js');
const AWS_CUSTOM_RESOURCE = path.join(
  REPOSITORY, 'node_modules', 'aws-cdk-lib', 'custom-resource-handlers', 'dist', 'custom-resources', 'aws-custom-resource-handler', 'index.js',
);
const CLIENT = '@aws-sdk/client-personalize';
const POLLS = 21;

const LOADS: Record<keyof Handler['loads'], { title: string; short: string; modules: string[] }> = {
  bundle: { title: 'this library\'s handler, bundled', short: 'this library', modules: [BUNDLE] },
  sdk: { title: 'the SDK\'s client for Personalize, unbundled', short: 'SDK, unbundled', modules: [CLIENT] },
  awsCustomResource: { title: 'AwsCustomResource\'s handler', short: 'AwsCustomResource', modules: [AWS_CUSTOM_RESOURCE] },
  awsCustomResourceWithClient: {
    title: 'AwsCustomResource\'s handler and the client that its first call loads',
    short: 'AwsCustomResource and client',
    modules: [AWS_CUSTOM_RESOURCE, CLIENT],
  },
};

export async function handler(compiled: Compiled, rounds = SAMPLES): Promise<Handler> {
  const env = { AWS_REGION: 'eu-west-1' };
  const samples = interleaved(Object.fromEntries(Object.entries(LOADS).map(([name, { modules }]) =>
    [name, () => inFreshProcess<Omit<Load, 'title' | 'short'>>(compiled.script('load'), modules, { env })])), rounds);
  const loads = Object.fromEntries(Object.entries(LOADS).map(([name, { title, short }]) => {
    const of = (figure: keyof Omit<Load, 'title' | 'short'>) => median(samples[name]!.map(sample => sample[figure]));
    return [name, { title, short, cpuMs: of('cpuMs'), wallMs: of('wallMs'), rssBytes: of('rssBytes'), addedRssBytes: of('addedRssBytes') }];
  })) as Handler['loads'];
  return {
    bundleBytes: fs.statSync(BUNDLE).size, awsCustomResourceBytes: fs.statSync(AWS_CUSTOM_RESOURCE).size, loads, polls: await polls(compiled, rounds),
  };
}

/** One poll of a job in progress, with a Personalize on this machine that answers at once. */
async function polls(compiled: Compiled, rounds: number): Promise<Handler['polls']> {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify({
      datasetExportJob: { status: 'CREATE IN_PROGRESS', creationDateTime: 1793606400 },
    })));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const env = {
    PATH: process.env.PATH,
    NODE_PATH: path.join(REPOSITORY, 'node_modules'),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  const modules = { bundle: BUNDLE, sdk: path.join(__dirname, '..', 'peers', 'own-provider', 'index.js') };
  const samples: Record<string, { cpuMs: number; wallMs: number }[][]> = { bundle: [], sdk: [] };
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, module] of Object.entries(modules)) {
        // not execFileSync: the server is in this process
        const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', compiled.script('poll'), module, String(POLLS)], { env });
        samples[name]!.push(JSON.parse(stdout.trim().split('\n').pop()!));
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  const poll = (name: keyof Handler['polls'], title: string): Poll => {
    const of = (figure: 'cpuMs' | 'wallMs', pick: (calls: number[]) => number) =>
      median(samples[name]!.map(calls => pick(calls.map(call => call[figure]))));
    const both = (pick: (calls: number[]) => number) => ({ cpuMs: of('cpuMs', pick), wallMs: of('wallMs', pick) });
    return { title, first: both(([first]) => first!), later: both(([, ...later]) => median(later)) };
  };
  return { bundle: poll('bundle', 'this library\'s isComplete'), sdk: poll('sdk', 'the hand-written isComplete, SDK unbundled') };
}
