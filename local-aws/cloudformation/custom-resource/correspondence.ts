import { randomUUID } from 'node:crypto';
import type { CustomResourceExchange, CustomResourceRequest } from './exchange';
import type { Gateway } from './gateway';
import { judge, type Verdict } from './response';
import type { World } from '../../core';
import type { LambdaService } from '../../services/lambda';

export interface Letter {
  readonly serviceToken: string;
  readonly serviceTimeoutSeconds: number;
  readonly request: Omit<CustomResourceRequest, 'ServiceToken' | 'ResponseURL' | 'RequestId'>;
}

/** Sends requests to custom resources' functions and waits for their answers. */
export class Correspondence {
  public readonly exchanges: CustomResourceExchange[] = [];

  constructor(private readonly world: World, private readonly lambda: LambdaService, private readonly gateway: Gateway) {}

  /** Throws when the function cannot even be invoked; resolves to undefined when it was called off while waiting. */
  public async send(letter: Letter, principal: Parameters<LambdaService['invokeAsync']>[0]['principal'], signal: AbortSignal): Promise<Verdict | undefined> {
    const server = await this.gateway.server();
    const requestId = randomUUID();
    let onAnswer!: (body: string) => void;
    const answered = new Promise<string>(resolve => {
      onAnswer = resolve;
    });
    const { StackId, LogicalResourceId } = letter.request;
    const request: CustomResourceRequest = {
      ...letter.request,
      ServiceToken: letter.serviceToken,
      ResponseURL: server.responseUrl(StackId, LogicalResourceId, requestId, body => {
        const accepted = exchange.outcome === undefined && exchange.responses.length === 0;
        exchange.responses.push({ receivedAt: this.time(), body, accepted });
        if (accepted) {
          onAnswer(body);
        }
      }),
      RequestId: requestId,
    };
    const exchange: CustomResourceExchange = { requestId, functionArn: letter.serviceToken, sentAt: this.time(), request, responses: [] };
    await this.lambda.invokeAsync({ functionName: letter.serviceToken, payload: JSON.stringify(request), principal });
    this.exchanges.push(exchange);

    const answer = await Promise.race([
      answered,
      this.world.clock.sleep(letter.serviceTimeoutSeconds * 1000).then(() => TIMED_OUT),
      new Promise<typeof CALLED_OFF>(resolve => {
        const onAbort = () => resolve(CALLED_OFF);
        signal.addEventListener('abort', onAbort, { once: true });
        if (signal.aborted) {onAbort();}
      }),
    ]);
    if (answer === CALLED_OFF) {
      exchange.outcome = 'CANCELLED';
      return undefined;
    }
    const verdict: Verdict = typeof answer === 'string' ? judge(answer, request) : { success: false, reason: silence(requestId) };
    exchange.outcome = answer === TIMED_OUT ? 'TIMED OUT' : verdict.success ? 'SUCCESS' : 'FAILED';
    exchange.reason = verdict.success ? undefined : verdict.reason;
    return verdict;
  }

  private time(): string {
    return new Date(this.world.clock.now()).toISOString();
  }
}

const TIMED_OUT = Symbol('timed out');
const CALLED_OFF = Symbol('called off');

function silence(requestId: string): string {
  return `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. `
    + 'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.';
}
