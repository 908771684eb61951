import { DescribeDatasetExportJobCommand, PersonalizeClient } from '@aws-sdk/client-personalize';

/**
 * Run in a process of its own (bundled-client.test.ts): prints what the client, set up as in lambda/index.ts, would send, and what
 * it makes of the answers. The first argument holds the answers.
 */
interface Answer {
  readonly statusCode: number;
  readonly body: string;
  readonly headers: Record<string, string>;
}

/** When the process's clock stands still. */
const NOW = Date.parse('2026-11-02T08:00:00Z');
const RealDate = Date;
globalThis.Date = class extends RealDate {
  static override now(): number { return NOW; }
  constructor(...args: [] | [number]) { super(...(args.length === 0 ? [NOW] as const : args)); }
} as DateConstructor;

async function main(answers: Answer[]): Promise<void> {
  const requests: object[] = [];
  const client = new PersonalizeClient({
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ protocol, hostname, port, path, method, headers, body }: Record<string, unknown>) => {
        requests.push({ protocol, hostname, port, path, method, headers: { ...headers as object }, body });
        const { statusCode, headers: answered, body: text } = answers[requests.length - 1]!;
        return { response: { statusCode, headers: answered, body: Buffer.from(text) } };
      },
      metadata: { handlerProtocol: 'http/1.1' },
    } as never,
  });
  const results: object[] = [];
  for (let i = 0; i < answers.length; i++) {
    try {
      const { datasetExportJob } = await client.send(new DescribeDatasetExportJobCommand({ datasetExportJobArn: 'arn:aws:personalize:eu-west-1:111122223333:dataset-export-job/job' }));
      results.push({ ...datasetExportJob });
    } catch (error) {
      const { name, message, $fault, $metadata } = error as Error & { $fault?: string; $metadata?: { httpStatusCode?: number } };
      results.push({ name, message, fault: $fault, status: $metadata?.httpStatusCode });
    }
  }
  process.stdout.write(JSON.stringify({ requests, results, region: await client.config.region().catch((error: Error) => error.message) }));
}

void main(JSON.parse(process.argv[2]!) as Answer[]);
