import { randomUUID } from 'crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'http';
import type { AddressInfo } from 'net';
import { decodeAwsChunked, isAwsChunked } from './aws-chunked';
import { CallLog, DroppedConnection, type Call, type Interceptor } from './calls';
import { CONTROL_PREFIX, type ControlApi } from './control';
import { NotSupportedError, ServiceError, type Api, type ApiRequest, type ApiResponse } from '../core';
import { jsonError } from '../protocols/json';
import { queryError } from '../protocols/query';
import type { World } from '../world';

type Received = Omit<ApiRequest, 'caller'>;

/** What the front serves. */
export interface Served {
  readonly world: World;
  readonly apis: readonly Api[];
  readonly control: ControlApi;
  /** wraps every call of a service */
  readonly interceptor: Interceptor;
}

/** The HTTP server in front of all services. Finds a request's service and caller by the credential scope of its signature. */
export class Front {
  /** Listens at a local port; port 0: any free one. */
  public static async listen(port: number): Promise<Front> {
    const server = createServer();
    // the SDKs reuse connections: closing one too early would look like a fault
    server.keepAliveTimeout = 120_000;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => resolve());
    });
    return new Front(server);
  }

  public readonly calls = new CallLog();
  public readonly endpoint: string;

  private constructor(private readonly server: Server) {
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** To be called at once: requests that arrive earlier are lost. */
  public serve(served: Served): void {
    this.server.on('request', (incoming, outgoing) => void this.respond(served, incoming, outgoing));
  }

  public async close(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async respond(served: Served, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    try {
      const response = await this.answer(served, await receive(incoming), requestId);
      outgoing.writeHead(response.status, {
        'x-amzn-requestid': requestId,
        'x-amz-request-id': requestId,
        ...response.body !== undefined && { 'content-length': String(Buffer.byteLength(response.body)) },
        ...response.headers,
      });
      outgoing.end(incoming.method === 'HEAD' ? undefined : response.body);
    } catch (error) {
      if (!(error instanceof DroppedConnection)) { console.error('local AWS: unanswered request', error); }
      incoming.socket.destroy();
    }
  }

  private async answer(served: Served, received: Received, requestId: string): Promise<ApiResponse> {
    if (received.path.startsWith(CONTROL_PREFIX)) { return served.control(received); }
    const scope = credentialScope(received);
    if (!scope) { return jsonError(new ServiceError('MissingAuthenticationToken', 'The request is not signed', 403), requestId); }
    const api = served.apis.find(({ signingName }) => signingName === scope.service);
    if (!api) { return unsupported(received, new NotSupportedError(`the service ${scope.service}`), requestId); }
    try {
      const { region, iam } = served.world;
      if (scope.region !== region) { throw new NotSupportedError(`the region ${scope.region}: this is ${region}`); }
      const caller = iam.caller(scope.accessKeyId);
      if (!caller) { throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403); }
      const body = isAwsChunked(received.headers) ? decodeAwsChunked(received.body) : received.body;
      return await this.call(served, api, { ...received, body, caller }, requestId);
    } catch (error) {
      return api.error(asServiceError(error), requestId);
    }
  }

  private async call({ world, interceptor }: Served, api: Api, request: ApiRequest, requestId: string): Promise<ApiResponse> {
    const call: Call = { service: api.signingName, operation: api.operation(request), request };
    const record = this.calls.begin(call, world.clock.now());
    try {
      // from a VPC without a way to the service, no request arrives
      if (!world.lambda.reaches(request.caller.accessKeyId, api.signingName)) { throw new DroppedConnection(); }
      const response = await interceptor(call, () => api.handle(call.operation, request, world, requestId));
      record.status = response.status;
      return response;
    } catch (error) {
      if (error instanceof DroppedConnection) {
        record.status = 0;
        throw error;
      }
      const serviceError = asServiceError(error);
      const response = api.error(serviceError, requestId);
      record.status = response.status;
      record.errorCode = serviceError.code;
      return response;
    }
  }
}

/** `<access key>/<date>/<region>/<service>/aws4_request`, from the Authorization header or a presigned URL. */
function credentialScope({ headers, query }: Received): { accessKeyId: string; region: string; service: string } | undefined {
  const credential = /Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? query.get('X-Amz-Credential') ?? '';
  const [accessKeyId, , region, service] = credential.split('/');
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}

async function receive(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
  }
  const url = new URL(`http://127.0.0.1${incoming.url ?? '/'}`);
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : value]));
  return { method: incoming.method ?? 'GET', path: decodeURIComponent(url.pathname), query: url.searchParams, headers, body: Buffer.concat(chunks) };
}

/** A missing service has no protocol: the form of the request shows which answer its sender can read. */
function unsupported({ headers }: Received, error: NotSupportedError, requestId: string): ApiResponse {
  console.error(error.message);
  const isQuery = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isQuery ? queryError(error, requestId, 'https://local-aws/') : jsonError(error, requestId);
}

/** An unexpected error is a bug of local AWS, and is shown. */
function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) {
    if (error instanceof NotSupportedError) { console.error(error.message); }
    return error;
  }
  if (error instanceof DroppedConnection) { throw error; }
  console.error('local AWS: internal failure', error);
  return new ServiceError('InternalFailure', String(error), 500);
}
