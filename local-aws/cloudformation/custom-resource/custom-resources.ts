import { randomUUID } from 'crypto';
import { judge, type Verdict } from './response';
import { ResponseServer } from './response-server';
import { NotSupportedError, aborted } from '../../core';
import { isBeyond, quota } from '../../quotas';
import type { CustomResourceExchange, CustomResourceRequest } from '../../wire';
import type { World } from '../../world';
import { randomSuffix, Cancelled, NothingDone, ResourceFailure, type Existing, type Made, type Properties, type ResourceContext, type ResourceType } from '../resource-type';

const LAMBDA_ARN = /^arn:aws:lambda:[^:]+:\d+:function:.+$/;
const TIMED_OUT = Symbol('timed out');
const CANCELLED = Symbol('cancelled');

export function isCustomResource(type: string): boolean {
  return type === 'AWS::CloudFormation::CustomResource' || type.startsWith('Custom::');
}

/** Custom resources: sends requests to their functions and waits for the responses. */
export class CustomResources {
  public readonly exchanges: CustomResourceExchange[] = [];
  private server?: Promise<ResponseServer>;

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'lambda'>) {}

  public type(name: string): ResourceType {
    return {
      properties: 'any',
      eager: true,
      create: async (properties, context) => (
        // a Create that is not answered gets a made-up ID, by which a rollback deletes it
        made(await this.send(name, 'Create', properties, context), `${context.stack.name}-${context.logicalId}-${randomSuffix(13)}`)),
      update: async (properties, existing, context) => {
        if (properties.ServiceToken !== existing.properties.ServiceToken) { throw new NothingDone('Modifying service token is not allowed.'); }
        return made(await this.send(name, 'Update', properties, context, existing), existing.physicalId);
      },
      delete: async (existing, context) => {
        made(await this.send(name, 'Delete', existing.properties, context, existing), existing.physicalId);
      },
    };
  }

  public async stop(): Promise<void> {
    await (await this.server)?.stop();
  }

  /** Undefined if the operation was cancelled meanwhile. */
  private async send(
    type: string, requestType: CustomResourceRequest['RequestType'], properties: Properties, { stack, logicalId, signal }: ResourceContext, existing?: Existing,
  ): Promise<Verdict | undefined> {
    const serviceToken = functionArn(properties);
    const seconds = timeout(properties);
    const server = await this.world.clock.work(() => this.server ??= this.startServer());
    const requestId = randomUUID();
    let onResponse!: (body: string) => void;
    const responded = new Promise<string>(resolve => { onResponse = resolve; });
    const request: CustomResourceRequest = {
      RequestType: requestType,
      ServiceToken: serviceToken,
      ResponseURL: server.responseUrl(stack.id, logicalId, requestId, body => {
        const accepted = exchange.outcome === undefined && exchange.responses.length === 0;
        exchange.responses.push({ receivedAt: this.time(), body, accepted });
        if (accepted) { onResponse(body); }
      }),
      StackId: stack.id,
      RequestId: requestId,
      LogicalResourceId: logicalId,
      ...existing && { PhysicalResourceId: existing.physicalId },
      ResourceType: type,
      ResourceProperties: asStrings(properties) as Record<string, unknown>,
      ...requestType === 'Update' && existing && { OldResourceProperties: asStrings(existing.properties) as Record<string, unknown> },
    };
    const exchange: CustomResourceExchange = { requestId, functionArn: serviceToken, sentAt: this.time(), request, responses: [] };
    try {
      await this.world.lambda.invokeAsync({ functionName: serviceToken, payload: JSON.stringify(request), principal: stack.settings.principal });
    } catch (error) {
      throw new NothingDone((error as Error).message);
    }
    this.exchanges.push(exchange);

    const response = await Promise.race([
      responded,
      this.world.clock.sleep(seconds * 1000).then(() => TIMED_OUT),
      aborted(signal).then(() => CANCELLED),
    ]);
    if (response === CANCELLED) {
      exchange.outcome = 'CANCELLED';
      return undefined;
    }
    const verdict: Verdict = typeof response === 'string' ? judge(response, request) : { success: false, reason: noResponse(requestId) };
    exchange.outcome = response === TIMED_OUT ? 'TIMED OUT' : verdict.success ? 'SUCCESS' : 'FAILED';
    exchange.reason = verdict.success ? undefined : verdict.reason;
    return verdict;
  }

  private async startServer(): Promise<ResponseServer> {
    const server = await ResponseServer.start(this.world.region);
    this.world.lambda.openGateway(server.host, server.port, server.certificate);
    return server;
  }

  private time(): string {
    return new Date(this.world.clock.now()).toISOString();
  }
}

function made(verdict: Verdict | undefined, idOtherwise: string): Made {
  if (!verdict) { throw new Cancelled(idOtherwise); }
  if (!verdict.success) { throw new ResourceFailure(verdict.reason, verdict.physicalId ?? idOtherwise); }
  return { physicalId: verdict.physicalId, attributes: verdict.data };
}

function functionArn({ ServiceToken }: Properties): string {
  if (!LAMBDA_ARN.test(String(ServiceToken))) {
    throw new NothingDone(new NotSupportedError(`a service token that is not a Lambda function: ${String(ServiceToken)}`).message);
  }
  return String(ServiceToken);
}

function timeout({ ServiceTimeout = quota('customResourceTimeout') }: Properties): number {
  const seconds = Number(ServiceTimeout);
  if (!(Number.isInteger(seconds) && seconds >= 1) || isBeyond('customResourceTimeout', seconds)) {
    throw new NothingDone(`Invalid ServiceTimeout value ${String(ServiceTimeout)}: must be an integer between 1 and ${quota('customResourceTimeout')}`);
  }
  return seconds;
}

/** Custom resources get numbers and booleans as strings. */
function asStrings(value: unknown): unknown {
  if (Array.isArray(value)) { return value.map(asStrings); }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, asStrings(member)]));
  }
  return String(value);
}

function noResponse(requestId: string): string {
  return `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. `
    + 'If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.';
}
