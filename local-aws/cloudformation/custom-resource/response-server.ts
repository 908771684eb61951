import { randomBytes } from 'crypto';
import type { IncomingMessage, ServerResponse } from 'http';
import * as https from 'https';
import type { AddressInfo } from 'net';
import { generate } from 'selfsigned';
import { ServiceError, type ApiResponse } from '../../core';
import { restXmlError } from '../../protocols/rest';

const DAY_MS = 86_400_000;

/** A response that CloudFormation waits for at a presigned URL. */
interface Expected {
  readonly url: URL;
  readonly onBody: (body: string) => void;
}

/** Receives the responses of custom resources, in the place of the S3 bucket that CloudFormation uses. */
export class ResponseServer {
  public static async start(region: string): Promise<ResponseServer> {
    const host = `cloudformation-custom-resource-response-local.s3.${region}.amazonaws.com`;
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'local AWS' }], {
      keyType: 'ec',
      algorithm: 'sha256',
      notBeforeDate: new Date(Date.now() - DAY_MS),
      notAfterDate: new Date(Date.now() + 7 * DAY_MS),
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }, { name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
    });
    const server = https.createServer({ key, cert });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    return new ResponseServer(server, host, cert);
  }

  public readonly port: number;
  private readonly expected: Expected[] = [];

  private constructor(private readonly server: https.Server, public readonly host: string, public readonly certificate: string) {
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => void this.serve(request, response));
  }

  /** A URL whose query holds the secret that lets its holder respond. Every response is passed on. */
  public responseUrl(stackId: string, logicalId: string, requestId: string, onBody: (body: string) => void): string {
    const path = `/${encodeURIComponent(`${stackId}|${logicalId}|${requestId}`)}`;
    const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=7200&X-Amz-SignedHeaders=host&X-Amz-Signature=${randomBytes(32).toString('hex')}`;
    const url = `https://${this.host}${path}?${query}`;
    this.expected.push({ url: new URL(url), onBody });
    return url;
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const { status, headers, body } = await this.receive(incoming);
      outgoing.writeHead(status, headers).end(body);
    } catch (error) {
      // an incomplete body comes from a function process that was killed
      if (incoming.complete) { console.error('local AWS: unanswered PUT', error); }
      incoming.socket.destroy();
    }
  }

  private async receive(incoming: IncomingMessage): Promise<ApiResponse> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
      chunks.push(chunk as Buffer);
    }
    const { pathname, searchParams } = new URL(incoming.url!, `https://${this.host}`);
    const found = this.expected.find(({ url }) => (
      url.pathname === pathname && [...url.searchParams].every(([name, value]) => searchParams.get(name) === value)));
    if (!found || incoming.method !== 'PUT') {
      return refusal('SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided.', 403);
    }
    if (incoming.headers['transfer-encoding'] !== undefined) {
      return refusal('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
    }
    found.onBody(Buffer.concat(chunks).toString('utf8'));
    return { status: 200 };
  }
}

function refusal(code: string, message: string, status: number): ApiResponse {
  return restXmlError(new ServiceError(code, message, status), 'local-aws');
}
