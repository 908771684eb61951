import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import { partition } from '@aws-sdk/core/client';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';

/** Reads the status of a CloudFormation stack, such as `UPDATE_ROLLBACK_IN_PROGRESS`. */
export type StackStatusReader = (stackId: string) => Promise<string>;

/**
 * One signed DescribeStacks call with the parts of the SDK that the Personalize client brings along: CloudFormation's own
 * client would make the bundle a quarter larger for a single field.
 */
export function stackStatusReader(config: PersonalizeClient['config'], env: NodeJS.ProcessEnv = process.env): StackStatusReader {
  return async (stackId) => {
    const region = await config.region();
    const signer = new SignatureV4({ service: 'cloudformation', region, credentials: config.credentials, sha256: config.sha256 });
    const endpoint = new URL(env.AWS_ENDPOINT_URL_CLOUDFORMATION ?? env.AWS_ENDPOINT_URL ?? `https://cloudformation.${region}.${partition(region).dnsSuffix}`);
    const request = await signer.sign(new HttpRequest({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...endpoint.port !== '' && { port: Number(endpoint.port) },
      path: endpoint.pathname,
      headers: { 'host': endpoint.host, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName: stackId }).toString(),
    }));
    const { response } = await config.requestHandler.handle(request as HttpRequest);
    const body = await text(response.body);
    const status = /<StackStatus>([A-Z_]+)<\/StackStatus>/.exec(body)?.[1];
    if (response.statusCode !== 200 || status === undefined) {
      const name = /<Code>([^<]+)<\/Code>/.exec(body)?.[1] ?? 'InvalidResponse';
      const message = /<Message>([^<]+)<\/Message>/.exec(body)?.[1] ?? `DescribeStacks answered HTTP ${response.statusCode}`;
      throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: response.statusCode } });
    }
    return status;
  };
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) { chunks.push(chunk); }
  return Buffer.concat(chunks).toString('utf8');
}
