import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificateFor } from './certificate';
import { ACCOUNT, ServiceError, type ApiRequest, type ApiResponse } from '../../core';
import { DroppedConnection, type Call, type Interceptor } from '../../front/calls';
import { restXmlError } from '../../protocols/rest-xml';

/** Something that CloudFormation waits for at a presigned URL. */
export interface Expected {
  /** with the secrets in the query that let one answer */
  readonly url: URL;
  /** what faults call a PUT to it */
  readonly operation: 'RespondToCustomResource' | 'SignalWaitCondition';
  /** may throw a ServiceError: S3 answers that */
  readonly receive: (body: string, headers: ApiRequest['headers']) => void;
}

/** Whoever holds the URL. */
const ANYBODY = { accessKeyId: '', account: ACCOUNT, arn: 'anonymous' };

/** Takes the answers of custom resources and the signals to wait conditions, where their senders think S3 is. */
export class ResponseServer {
  /** The interceptors stand around everything that is sent with the right secret, the first one outermost. */
  public static async start(region: string, interceptors: readonly Interceptor[] = []): Promise<ResponseServer> {
    const host = `cloudformation-custom-resource-response-local.s3.${region}.amazonaws.com`;
    const waitHost = `cloudformation-waitcondition-${region}.s3.${region}.amazonaws.com`;
    const certificate = await certificateFor([host, waitHost]);
    const server = https.createServer(certificate);
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    return new ResponseServer(server, region, host, waitHost, certificate.cert, interceptors);
  }

  public readonly port: number;
  private readonly expected: Expected[] = [];

  private constructor(
    private readonly server: https.Server,
    private readonly region: string,
    /** for custom resources */
    public readonly host: string,
    /** for wait conditions */
    public readonly waitHost: string,
    public readonly certificate: string,
    private readonly interceptors: readonly Interceptor[],
  ) {
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => void this.serve(request, response));
  }

  public expect(expected: Expected): void {
    this.expected.push(expected);
  }

  /** A URL to answer at, with the secret that lets one answer; each answer is handed over. */
  public responseUrl(stackId: string, logicalId: string, requestId: string, onBody: (body: string) => void): string {
    const path = `/${encodeURIComponent(`${stackId}|${logicalId}|${requestId}`)}`;
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=7200&X-Amz-SignedHeaders=host&X-Amz-Signature=${randomBytes(32).toString('hex')}`;
    const url = `https://${this.host}${path}?${query}`;
    this.expect({ url: new URL(url), operation: 'RespondToCustomResource', receive: onBody });
    return url;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const { status, headers, body } = await this.answer(await this.received(incoming));
      outgoing.writeHead(status, headers).end(body);
    } catch (error) {
      // somebody who is gone before the end of the body is a process that was killed
      if (!(error instanceof DroppedConnection) && incoming.complete) {
        console.error('local AWS: unanswered PUT', error);
      }
      incoming.socket.destroy();
    }
  }

  private async received(incoming: IncomingMessage): Promise<ApiRequest> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
    }
    const { pathname, searchParams } = new URL(incoming.url!, `https://${this.host}`);
    return {
      method: incoming.method!,
      path: pathname,
      query: searchParams,
      headers: incoming.headers as ApiRequest['headers'],
      body: Buffer.concat(chunks),
      region: this.region,
      caller: ANYBODY,
    };
  }

  private async answer(request: ApiRequest): Promise<ApiResponse> {
    try {
      const { operation, receive } = this.find(request);
      const call: Call = { service: 'cloudformation', operation, request };
      const take = async (): Promise<ApiResponse> => {
        receive(request.body.toString('utf8'), request.headers);
        return { status: 200 };
      };
      return await this.interceptors.reduceRight<() => Promise<ApiResponse>>((proceed, interceptor) => () => interceptor(call, proceed), take)();
    } catch (error) {
      if (error instanceof ServiceError) {
        return restXmlError(error, 'local-aws');
      }
      throw error;
    }
  }

  private find({ method, path, query, headers }: ApiRequest): Expected {
    const found = this.expected.find(({ url }) => url.pathname === path && [...url.searchParams].every(([name, value]) => query.get(name) === value));
    if (!found || method !== 'PUT') {
      throw new ServiceError('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.', 403);
    }
    if (headers['transfer-encoding'] !== undefined) {
      throw new ServiceError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
    }
    return found;
  }
}
