import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that arrived. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export type Respond = (response: http.ServerResponse, request: http.IncomingMessage) => void;

export const noAnswer: Respond = () => {};

/** An HTTP server on this machine that stands for an AWS service and responds as the test says. */
export class FakeServer {
  public readonly received: Received[] = [];
  public respond = noAnswer;

  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.received.push({ method: request.method!, path: request.url!, headers: request.headers, body: Buffer.concat(chunks).toString() });
      this.respond(response, request);
    });
  });

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async start(): Promise<void> {
    await new Promise<void>(resolve => this.server.listen(0, '127.0.0.1', resolve));
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}

/** A server for all tests of a file, which the SDK's clients take for AWS. */
export function fakeAws(): FakeServer {
  const server = new FakeServer();
  const realEnv = process.env;
  beforeAll(async () => server.start());
  afterAll(async () => server.stop());
  beforeEach(() => {
    server.received.length = 0;
    process.env = { ...realEnv, AWS_ENDPOINT_URL: server.url, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
  });
  afterEach(() => { process.env = realEnv; });
  return server;
}

/** A client as index.ts configures it, but with less patience. */
export const CLIENT = { maxAttempts: 1, requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true } };

export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(() => { throw new Error('did not fail'); }, (error: Error) => error);
}

export const answer = (status: number, body: string, type = 'application/x-amz-json-1.1'): Respond =>
  response => response.writeHead(status, { 'content-type': type }).end(body);

/** An error in the service's JSON protocol. */
export const answerError = (status: number, name: string, message: string): Respond => answer(status, JSON.stringify({ __type: name, message }));

/** The connection breaks before there is a response. */
export const reset: Respond = (_, request) => request.socket.resetAndDestroy();

/** The connection breaks in the middle of a good response. */
export const cutOff: Respond = response => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '1000' });
  response.write('{"datasetExport', () => response.socket!.resetAndDestroy());
};
