import { randomUUID } from 'node:crypto';
import { Concurrency, LONGEST_EVENT_AGE_MS, TooManyRequests, type Leave } from './concurrency';
import { logGroupOf, resourcePolicyOf, type FunctionConfiguration, type LambdaFunction } from './function';
import { environmentOf, reservedNames, type ResponseGateway } from './function-environment';
import { FunctionProcess, type Outcome } from './function-process';
import { LogWriter } from './log-writer';
import { ProcessPool } from './process-pool';
import { RuntimeFolder } from './runtime-folder';
import { unzip } from './unzip';
import { ACCOUNT, NotSupportedError, ServiceError, type ApiRequest, type ApiResponse, type AuthorizationRequest, type Service, type World } from '../../core';
import type { LambdaSettings } from '../../wire';
import { principalOf } from '../iam/principal';

/** How long Lambda waits before it invokes a failed asynchronous invocation again. */
const ASYNC_RETRY_DELAYS_MS = [60_000, 120_000];
const RUNTIMES = /^nodejs(20|22|24)\.x$/;
const PATHS: [method: string, pattern: RegExp, operation: string][] = [
  ['POST', /^\/2015-03-31\/functions\/(.+)\/invocations$/, 'Invoke'],
  ['GET', /^\/2015-03-31\/functions\/(.+)\/configuration$/, 'GetFunctionConfiguration'],
  ['GET', /^\/2015-03-31\/functions\/([^/]+)$/, 'GetFunction'],
];

export interface Invocation {
  /** name, ARN, or ARN with qualifier */
  readonly functionName: string;
  /** JSON */
  readonly payload: string;
  readonly principal: AuthorizationRequest['principal'];
  /** whose credentials signed the call, when it came in over HTTP */
  readonly accessKeyId?: string;
}

export interface InvocationResult {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

/** Lambda: functions that run in node processes of their own. */
export class LambdaService implements Service {
  public readonly signingName = 'lambda';
  private readonly functions = new Map<string, LambdaFunction>();
  private readonly runtime = new RuntimeFolder();
  private readonly pool = new ProcessPool(fn => this.startProcess(fn));
  private readonly concurrency: Concurrency;
  private gateway?: ResponseGateway;
  private stopped = false;

  constructor(private readonly world: World) {
    this.concurrency = new Concurrency(world.clock, () => [...this.functions.values()]);
  }

  /** May be changed at any time. */
  public get settings(): LambdaSettings {
    return this.concurrency.settings;
  }

  /** From now on function processes reach `host` at this local port, and trust the certificate. */
  public openGateway(host: string, port: number, certificate: string): void {
    this.gateway = { host, port, certificateFile: this.runtime.file('response-gateway.pem', certificate) };
  }

  public async createFunction(configuration: FunctionConfiguration): Promise<string> {
    const { functionName } = configuration;
    const arn = `arn:aws:lambda:${this.world.region}:${ACCOUNT}:function:${functionName}`;
    if (this.functions.has(functionName)) {
      throw new ServiceError('ResourceConflictException', `Function already exist: ${functionName}`, 409);
    }
    await this.check(configuration);
    this.functions.set(functionName, {
      arn, configuration, codeFolder: await this.unpack(configuration), revision: 0, lastModified: this.now(), permissions: new Map(),
    });
    return arn;
  }

  public async updateFunction(configuration: FunctionConfiguration): Promise<void> {
    const fn = this.get(configuration.functionName);
    await this.check(configuration);
    fn.codeFolder = await this.unpack(configuration);
    fn.configuration = configuration;
    fn.revision++;
    fn.lastModified = this.now();
    this.pool.retire(fn);
  }

  public deleteFunction(functionName: string): void {
    const fn = this.get(functionName);
    this.functions.delete(functionName);
    fn.revision++;
    this.pool.retire(fn);
  }

  public addPermission(functionName: string, statementId: string, statement: object): void {
    this.get(functionName).permissions.set(statementId, statement);
  }

  public removePermission(functionName: string, statementId: string): void {
    this.get(functionName).permissions.delete(statementId);
  }

  /** Invokes and waits for the answer. */
  public async invoke(invocation: Invocation): Promise<InvocationResult> {
    const fn = await this.accept(invocation);
    const outcome = await this.run(fn, invocation, this.concurrency.enter(fn));
    return 'error' in outcome ? { payload: JSON.stringify(outcome.error), functionError: 'Unhandled' } : outcome;
  }

  /** Accepts an event, invokes when there is room for it: again when it failed, as Lambda does. */
  public async invokeAsync(invocation: Invocation): Promise<void> {
    const fn = await this.accept(invocation);
    void this.runAsync(fn, invocation);
  }

  public operation(request: ApiRequest): string {
    return this.route(request).operation;
  }

  public async handle(operation: string, request: ApiRequest): Promise<ApiResponse> {
    const { functionName } = this.route(request);
    if (operation === 'Invoke') {
      return this.handleInvoke(functionName, request);
    }
    const fn = this.get(functionName);
    await this.world.iam.authorize({ principal: principalOf(request.caller), action: `lambda:${operation}`, resource: fn.arn });
    const configuration = describe(fn);
    return json(200, operation === 'GetFunction' ? { Configuration: configuration, Code: { RepositoryType: 'S3' } } : configuration);
  }

  public error(error: ServiceError, requestId: string): ApiResponse {
    return {
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
      body: JSON.stringify({
        Type: error.status < 500 ? 'User' : 'Service',
        // members as in the service's model
        ...error instanceof TooManyRequests ? { message: error.message, Reason: error.reason } : { Message: error.message },
      }),
    };
  }

  public async stop(): Promise<void> {
    this.stopped = true;
    this.pool.stop();
    this.runtime.remove();
  }

  private async handleInvoke(functionName: string, request: ApiRequest): Promise<ApiResponse> {
    const invocation: Invocation = {
      functionName, payload: request.body.toString('utf8') || '{}', principal: principalOf(request.caller), accessKeyId: request.caller.accessKeyId,
    };
    const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
    switch (type) {
      case 'Event':
        await this.invokeAsync(invocation);
        return { status: 202 };
      case 'RequestResponse': {
        const { payload, functionError } = await this.invoke(invocation);
        return {
          status: 200,
          headers: {
            'content-type': 'application/json',
            'x-amz-executed-version': '$LATEST',
            ...functionError && { 'x-amz-function-error': functionError },
          },
          body: payload,
        };
      }
      default:
        throw new NotSupportedError(`the Lambda invocation type ${type}`);
    }
  }

  private route(request: ApiRequest): { operation: string; functionName: string } {
    for (const [method, pattern, operation] of PATHS) {
      const match = request.method === method && pattern.exec(request.path.replace(/\/$/, ''));
      if (match) {
        return { operation, functionName: match[1] };
      }
    }
    throw new NotSupportedError(`the Lambda request ${request.method} ${request.path}`);
  }

  private get(nameOrArn: string): LambdaFunction {
    const [, name, qualifier] = /^(?:arn:aws:lambda:[^:]+:[^:]+:function:)?([^:]+)(?::(.+))?$/.exec(nameOrArn) ?? [];
    const fn = this.functions.get(name);
    if (!fn || (qualifier !== undefined && qualifier !== '$LATEST')) {
      const arn = `arn:aws:lambda:${this.world.region}:${ACCOUNT}:function:${name ?? nameOrArn}${qualifier ? `:${qualifier}` : ''}`;
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${arn}`, 404);
    }
    return fn;
  }

  private async accept({ functionName, payload, principal }: Invocation): Promise<LambdaFunction> {
    const fn = this.get(functionName);
    const [, qualifier] = /function:[^:]+(:.+)$/.exec(functionName) ?? [];
    await this.world.clock.work(() => this.world.iam.authorize({
      principal, action: 'lambda:InvokeFunction', resource: fn.arn + (qualifier ?? ''), resourcePolicy: resourcePolicyOf(fn),
    }));
    try {
      JSON.parse(payload);
    } catch {
      throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json');
    }
    return fn;
  }

  private async runAsync(fn: LambdaFunction, invocation: Invocation): Promise<void> {
    const expires = this.world.clock.now() + LONGEST_EVENT_AGE_MS;
    const isWanted = () => !this.stopped && this.functions.get(fn.configuration.functionName) === fn && this.world.clock.now() < expires;
    for (const delay of [...ASYNC_RETRY_DELAYS_MS, undefined]) {
      const leave = await this.concurrency.enterByAndBy(fn, isWanted);
      if (!leave || !('error' in await this.run(fn, invocation, leave)) || delay === undefined) {
        return;
      }
      await this.world.clock.sleep(delay);
    }
  }

  private async run(fn: LambdaFunction, { payload, accessKeyId }: Invocation, leave: Leave): Promise<Outcome> {
    const nested = accessKeyId !== undefined && this.pool.isBusy(accessKeyId);
    try {
      return await this.world.clock.work(() => this.pool.use(fn, nested, process => (
        process.invoke({ requestId: randomUUID(), payload, functionArn: fn.arn }, fn.configuration.timeoutSeconds)
      )));
    } catch (error) {
      // the role cannot be assumed any more: nothing that the caller of an asynchronous invocation could be told
      return { error: { errorType: (error as Error).name, errorMessage: (error as Error).message } };
    } finally {
      leave();
    }
  }

  private async startProcess(fn: LambdaFunction): Promise<FunctionProcess> {
    const { configuration } = fn;
    const credentials = await this.world.iam.assumeRole({
      roleArn: configuration.roleArn, sessionName: configuration.functionName, principal: { service: 'lambda.amazonaws.com' },
    });
    const stream = `${this.now().toISOString().slice(0, 10).replace(/-/g, '/')}/[$LATEST]${randomUUID().replace(/-/g, '')}`;
    const log = new LogWriter(this.world, configuration.roleArn, logGroupOf(configuration), stream);
    const environment = environmentOf(fn, credentials, stream, this.world, this.runtime, this.gateway);
    return new FunctionProcess(fn, credentials.accessKeyId, this.world.clock, environment, line => log.write(line));
  }

  private async check({ functionName, runtime, roleArn, environment }: FunctionConfiguration): Promise<void> {
    if (!RUNTIMES.test(runtime)) {
      throw new NotSupportedError(`the Lambda runtime ${runtime} (function ${functionName})`);
    }
    const reserved = reservedNames(environment);
    if (reserved.length > 0) {
      throw new ServiceError('InvalidParameterValueException', 'Lambda was unable to configure your environment variables because the environment '
        + `variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`);
    }
    try {
      await this.world.iam.assumeRole({ roleArn, sessionName: functionName, principal: { service: 'lambda.amazonaws.com' } });
    } catch {
      throw new ServiceError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.');
    }
  }

  private async unpack({ functionName, code }: FunctionConfiguration): Promise<string> {
    const folder = this.runtime.codeFolder(functionName);
    try {
      await unzip(code, folder);
    } catch {
      throw new ServiceError('InvalidParameterValueException', 'Could not unzip uploaded file. Please check your file, then try to upload again.');
    }
    return folder;
  }

  private now(): Date {
    return new Date(this.world.clock.now());
  }
}

function describe({ arn, configuration, lastModified, revision }: LambdaFunction): object {
  return {
    FunctionName: configuration.functionName,
    FunctionArn: arn,
    Runtime: configuration.runtime,
    Role: configuration.roleArn,
    Handler: configuration.handler,
    Description: configuration.description ?? '',
    Timeout: configuration.timeoutSeconds,
    MemorySize: configuration.memorySize,
    LastModified: lastModified.toISOString(),
    Version: '$LATEST',
    Environment: { Variables: configuration.environment },
    RevisionId: String(revision),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: configuration.logging.format, LogGroup: logGroupOf(configuration) },
  };
}

function json(status: number, body: object): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
