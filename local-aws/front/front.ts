import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type Caller, type Clock, type Service } from '../core';
import { decodeAwsChunked, isAwsChunked } from './aws-chunked';
import { CallLog, DroppedConnection, type Call, type Interceptor } from './calls';
import { credentialScope } from './credential-scope';
import { jsonError } from '../protocols/json';
import { queryError } from '../protocols/query';

/** Answers requests below a path prefix that are no AWS calls: the control API. */
export type PlainHandler = (request: Omit<ApiRequest, 'caller' | 'region'>) => Promise<ApiResponse>;

export interface FrontOptions {
  readonly clock: Clock;
  readonly region: string;
  /** who holds an access key; undefined: nobody */
  readonly caller: (accessKeyId: string) => Caller | undefined;
}

type Received = Omit<ApiRequest, 'caller' | 'region'>;

/** The HTTP server in front of all services: finds the service and the caller of each request by its signature's credential scope. */
export class Front {
  public readonly calls = new CallLog();
  /** stand around every call, the first one outermost */
  public readonly interceptors: Interceptor[] = [];
  private readonly services = new Map<string, Service>();
  private readonly plain: { prefix: string; handler: PlainHandler }[] = [];
  private readonly server: Server;

  constructor(private readonly options: FrontOptions) {
    this.server = createServer((incoming, outgoing) => void this.serve(incoming, outgoing));
    // the SDKs keep connections; one closed just as it is used again would look like a fault that nobody ordered
    this.server.keepAliveTimeout = 120_000;
  }

  public addService(service: Service): void {
    this.services.set(service.signingName, service);
  }

  public addPlain(prefix: string, handler: PlainHandler): void {
    this.plain.push({ prefix, handler });
  }

  /** Returns the endpoint. */
  public async listen(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, '127.0.0.1', () => resolve());
    });
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public async close(): Promise<void> {
    const closed = new Promise(resolve => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    try {
      const response = await this.answer(await receive(incoming), requestId);
      outgoing.writeHead(response.status, {
        'x-amzn-requestid': requestId,
        'x-amz-request-id': requestId,
        ...(response.body !== undefined && { 'content-length': String(Buffer.byteLength(response.body)) }),
        ...response.headers,
      });
      outgoing.end(incoming.method === 'HEAD' ? undefined : response.body);
    } catch (error) {
      if (!(error instanceof DroppedConnection)) {
        console.error('local AWS: unanswered request', error);
      }
      incoming.socket.destroy();
    }
  }

  private async answer(received: Received, requestId: string): Promise<ApiResponse> {
    const plain = this.plain.find(({ prefix }) => received.path.startsWith(prefix));
    if (plain) {
      return plain.handler(received);
    }
    const scope = credentialScope(received.headers, received.query);
    if (!scope) {
      return jsonError(new ServiceError('MissingAuthenticationToken', 'The request is not signed', 403), requestId);
    }
    const service = this.services.get(scope.service);
    if (!service) {
      return unsupported(received, new NotSupportedError(`the service ${scope.service}`), requestId);
    }
    try {
      if (scope.region !== this.options.region) {
        throw new NotSupportedError(`the region ${scope.region}: this is ${this.options.region}`);
      }
      const caller = this.options.caller(scope.accessKeyId);
      if (!caller) {
        throw new ServiceError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
      }
      const body = isAwsChunked(received.headers) ? decodeAwsChunked(received.body) : received.body;
      return await this.call(service, { ...received, body, caller, region: scope.region }, requestId);
    } catch (error) {
      return service.error(asServiceError(error), requestId);
    }
  }

  private async call(service: Service, request: ApiRequest, requestId: string): Promise<ApiResponse> {
    const call: Call = { service: service.signingName, operation: service.operation(request), request };
    const record = this.calls.begin(call, this.options.clock.now());
    // an error that the service answers is an answer to the interceptors as well: only they throw
    const handle = async (): Promise<ApiResponse> => service.handle(call.operation, request);
    const chain = this.interceptors.reduceRight<() => Promise<ApiResponse>>(
      (proceed, interceptor) => () => interceptor(call, proceed), handle,
    );
    try {
      const response = await chain();
      record.status = response.status;
      return response;
    } catch (error) {
      if (error instanceof DroppedConnection) {
        record.status = 0;
        throw error;
      }
      const serviceError = asServiceError(error);
      const response = service.error(serviceError, requestId);
      record.status = response.status;
      record.errorCode = serviceError.code;
      return response;
    }
  }
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

/** A service that is not there has no protocol either: the request's own form tells which answer its sender can read. */
function unsupported(received: Received, error: NotSupportedError, requestId: string): ApiResponse {
  console.error(error.message);
  const isQuery = (received.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return isQuery ? queryError(error, requestId, 'https://local-aws/') : jsonError(error, requestId);
}

/** Anything unforeseen is the server's fault, and said loudly. */
function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) {
    if (error instanceof NotSupportedError) {
      console.error(error.message);
    }
    return error;
  }
  if (error instanceof DroppedConnection) {
    throw error;
  }
  console.error('local AWS: internal failure', error);
  return new ServiceError('InternalFailure', String(error), 500);
}
