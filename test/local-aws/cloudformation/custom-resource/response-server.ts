import { randomBytes } from 'node:crypto';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificateFor } from './certificate';

/** Takes the answers of custom resources, where they think S3 is. */
export class ResponseServer {
  static async start(region: string): Promise<ResponseServer> {
    const host = `cloudformation-custom-resource-response-local.s3.${region}.amazonaws.com`;
    const certificate = await certificateFor(host);
    const server = https.createServer(certificate);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    server.unref();
    return new ResponseServer(server, host, certificate.cert);
  }

  readonly port: number;
  private readonly expected = new Map<string, { signature: string; onBody: (body: string) => void }>();

  private constructor(private readonly server: https.Server, readonly host: string, readonly certificate: string) {
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { pathname, searchParams } = new URL(request.url!, `https://${host}`);
        const entry = this.expected.get(pathname);
        const allowed = request.method === 'PUT' && entry?.signature === searchParams.get('X-Amz-Signature');
        response.writeHead(allowed ? 200 : 403).end();
        if (entry && allowed) {
          entry.onBody(Buffer.concat(chunks).toString('utf8'));
        }
      });
    });
  }

  /** A URL to answer at, with the secret that lets one answer; each answer is handed over. */
  responseUrl(stackId: string, logicalId: string, requestId: string, onBody: (body: string) => void): string {
    const path = `/${encodeURIComponent(`${stackId}|${logicalId}|${requestId}`)}`;
    const signature = randomBytes(32).toString('hex');
    this.expected.set(path, { signature, onBody });
    return `https://${this.host}${path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=7200&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
