import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { partition } from '@aws-sdk/core/client';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

export interface AwsCall {
  /** also the name in the endpoint */
  readonly service: 'cloudformation' | 'states';
  /** the service's own endpoint variable, `AWS_ENDPOINT_URL_CLOUDFORMATION` say */
  readonly endpointVariable: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
}

/**
 * A signed POST to an AWS service, made of the parts of the SDK that the Personalize client brings along: a client for each
 * service that is called once would make the bundle a quarter larger.
 */
export async function awsCall(config: PersonalizeClient['config'], call: AwsCall, env: NodeJS.ProcessEnv = process.env): Promise<HttpAnswer> {
  const region = await config.region();
  const signer = new SignatureV4({ service: call.service, region, credentials: config.credentials, sha256: config.sha256 });
  const endpoint = new URL(env[call.endpointVariable] ?? env.AWS_ENDPOINT_URL ?? `https://${call.service}.${region}.${partition(region).dnsSuffix}`);
  const request = await signer.sign(new HttpRequest({ ...httpTarget(endpoint), method: 'POST', headers: { host: endpoint.host, ...call.headers }, body: call.body }));
  return send(config, request as HttpRequest);
}

/** A PUT to a presigned URL, which S3 signed with an empty content type. */
export async function putPresigned(config: PersonalizeClient['config'], url: string, body: string): Promise<HttpAnswer> {
  const target = new URL(url);
  return send(config, new HttpRequest({
    ...httpTarget(target),
    method: 'PUT',
    query: Object.fromEntries(target.searchParams),
    headers: { 'host': target.host, 'content-type': '', 'content-length': String(Buffer.byteLength(body)) },
    body,
  }));
}

function httpTarget(url: URL): { protocol: string; hostname: string; port?: number; path: string } {
  return { protocol: url.protocol, hostname: url.hostname, ...url.port !== '' && { port: Number(url.port) }, path: url.pathname };
}

async function send(config: PersonalizeClient['config'], request: HttpRequest): Promise<HttpAnswer> {
  const { response } = await config.requestHandler.handle(request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) { chunks.push(chunk); }
  return { statusCode: response.statusCode, body: Buffer.concat(chunks).toString('utf8') };
}

/** An error as the SDK's clients throw it, so that it is told apart in the same way. */
export function serviceError(name: string, message: string, { statusCode }: HttpAnswer): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: statusCode } });
}
