import { randomUUID } from 'crypto';
import { Concurrency, LONGEST_EVENT_AGE_MS, type Leave } from './concurrency';
import { logGroupOf, type FunctionConfiguration, type LambdaFunction } from './function';
import { environmentOf, reservedNames, type ResponseGateway } from './function-environment';
import { FunctionProcess, type Outcome } from './function-process';
import { LogWriter } from './log-writer';
import { checkNeeds } from './needs';
import { ProcessPool } from './process-pool';
import { RuntimeFolder } from './runtime-folder';
import { unzip } from './unzip';
import { ACCOUNT, NotSupportedError, ServiceError } from '../../core';
import { checkLength, checkQuota, isBeyond, quota, sizeOf } from '../../quotas';
import type { LambdaSettings } from '../../wire';
import type { World } from '../../world';
import type { Principal } from '../iam/authorization';

/** The simulated time that an invocation takes, besides what the function waits: as long on each machine. */
const INVOCATION_MS = 500;
/** The waiting times before a failed asynchronous invocation is retried. */
const ASYNC_RETRY_DELAYS_MS = [60_000, 120_000];
const RUNTIMES = /^nodejs(20|22|24)\.x$/;
const SERVICE = { service: 'lambda.amazonaws.com' };

export interface Invocation {
  /** name, ARN, or ARN with qualifier */
  readonly functionName: string;
  /** JSON */
  readonly payload: string;
  readonly principal: Principal;
  /** the caller's, if the call came in over HTTP */
  readonly accessKeyId?: string;
}

export interface InvocationResult {
  readonly payload: string;
  readonly functionError?: 'Unhandled';
}

/** Functions, each of which runs in Node.js processes of its own. */
export class FunctionStore {
  private readonly functions = new Map<string, LambdaFunction>();
  /** by the access keys of their processes */
  private readonly holders = new Map<string, LambdaFunction>();
  private readonly pool: ProcessPool;
  private readonly concurrency: Concurrency;
  private folder?: RuntimeFolder;
  private gateway?: ResponseGateway;
  private stopped = false;
  private events = 0;

  constructor(private readonly world: Pick<World, 'region' | 'clock' | 'profile' | 'endpoint' | 'callers' | 'iam' | 'logs' | 'kms' | 'ec2'>) {
    this.pool = new ProcessPool(world.clock, fn => this.startProcess(fn));
    this.concurrency = new Concurrency(world.clock, () => [...this.functions.values()]);
    this.settings.redeliveredAfterSeconds = world.profile.redeliveredAfterSeconds;
  }

  /** May be changed at any time. */
  public get settings(): LambdaSettings {
    return this.concurrency.settings;
  }

  /** From now on function processes reach `host` at this local port, and trust the certificate. */
  public openGateway(host: string, port: number, certificate: string): void {
    this.gateway = { host, port, certificateFile: this.runtime.file('response-gateway.pem', certificate) };
  }

  /** Returns the function's ARN. */
  public async createFunction(configuration: FunctionConfiguration): Promise<string> {
    const { functionName } = configuration;
    if (this.functions.has(functionName)) { throw new ServiceError('ResourceConflictException', `Function already exist: ${functionName}`, 409); }
    await this.check(configuration);
    const arn = this.arn(functionName);
    const codeFolder = await this.unpack(configuration);
    this.functions.set(functionName, { arn, configuration, codeFolder, revision: 0, lastModified: this.now(), permissions: new Map() });
    this.attach(configuration);
    return arn;
  }

  public async updateFunction(configuration: FunctionConfiguration): Promise<void> {
    const fn = this.get(configuration.functionName);
    await this.check(configuration);
    fn.codeFolder = await this.unpack(configuration);
    this.attach(configuration);
    void this.detach(fn.configuration, configuration.roleArn);
    fn.configuration = configuration;
    fn.revision++;
    fn.lastModified = this.now();
    this.pool.retire(fn);
  }

  /** CloudFormation waits until the network interfaces are gone, too. */
  public async deleteFunction(functionName: string): Promise<void> {
    const fn = this.get(functionName);
    this.functions.delete(functionName);
    fn.revision++;
    this.pool.retire(fn);
    await this.detach(fn.configuration, fn.configuration.roleArn);
  }

  public addPermission(functionName: string, statementId: string, statement: object): void {
    const { permissions } = this.get(functionName);
    const policy = JSON.stringify(resourcePolicy([...new Map([...permissions, [statementId, statement]]).values()]));
    checkQuota('lambdaResourcePolicy', sizeOf('lambdaResourcePolicy', policy), most => (
      `The final policy size (${sizeOf('lambdaResourcePolicy', policy)}) is bigger than the limit (${most}).`));
    permissions.set(statementId, statement);
  }

  public removePermission(functionName: string, statementId: string): void {
    this.get(functionName).permissions.delete(statementId);
  }

  public get(nameOrArn: string): LambdaFunction {
    const [, name, qualifier] = /^(?:arn:aws:lambda:[^:]+:[^:]+:function:)?([^:]+)(?::(.+))?$/.exec(nameOrArn) ?? [];
    const fn = this.functions.get(name);
    if (!fn || (qualifier !== undefined && qualifier !== '$LATEST')) {
      throw new ServiceError('ResourceNotFoundException', `Function not found: ${this.arn(name ?? nameOrArn)}${qualifier ? `:${qualifier}` : ''}`, 404);
    }
    return fn;
  }

  /** Invokes a function and waits for its result. */
  public async invoke(invocation: Invocation): Promise<InvocationResult> {
    const fn = await this.accept(invocation, 'lambdaRequest');
    const leave = this.concurrency.enter(fn);
    const outcome = withinQuota(await this.world.callers.waiting(invocation.accessKeyId, () => this.run(fn, invocation, leave)));
    return 'error' in outcome ? { payload: JSON.stringify(outcome.error), functionError: 'Unhandled' } : outcome;
  }

  /** Accepts an event. It waits until there is room for its invocation, and is retried if that fails. */
  public async invokeAsync(invocation: Invocation): Promise<void> {
    const fn = await this.accept(invocation, 'lambdaEvent');
    const { clock } = this.world;
    const { redeliveredAfterSeconds } = this.settings;
    const again = redeliveredAfterSeconds[this.events++ % redeliveredAfterSeconds.length];
    void this.runAsync(fn, invocation);
    if (again !== null) { void clock.sleep(again * 1000).then(() => this.runAsync(fn, invocation)); }
  }

  /** Whether there is a way to the service for whoever holds this access key: a function in a VPC needs an endpoint. */
  public reaches(accessKeyId: string, service: string): boolean {
    const vpc = this.holders.get(accessKeyId)?.configuration.vpc;
    return vpc === undefined || this.world.ec2.reaches(vpc, service);
  }

  public stop(): void {
    this.stopped = true;
    this.pool.stop();
    this.folder?.remove();
  }

  private get runtime(): RuntimeFolder {
    return this.folder ??= new RuntimeFolder();
  }

  private async accept({ functionName, payload, principal }: Invocation, size: 'lambdaRequest' | 'lambdaEvent'): Promise<LambdaFunction> {
    const fn = this.get(functionName);
    const [, qualifier = ''] = /function:[^:]+(:.+)$/.exec(functionName) ?? [];
    const statements = [...fn.permissions.values()];
    await this.world.iam.authorize({
      principal,
      action: 'lambda:InvokeFunction',
      resource: fn.arn + qualifier,
      resourcePolicy: statements.length > 0 ? resourcePolicy(statements) : undefined,
    });
    checkQuota(size, sizeOf(size, payload), most => `Request must be smaller than ${most} bytes for the InvokeFunction operation`, 413);
    try {
      JSON.parse(payload);
    } catch {
      throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json');
    }
    return fn;
  }

  private async runAsync(fn: LambdaFunction, invocation: Invocation): Promise<void> {
    const { clock } = this.world;
    const expires = clock.now() + LONGEST_EVENT_AGE_MS;
    const isWanted = () => !this.stopped && this.functions.get(fn.configuration.functionName) === fn && clock.now() < expires;
    for (const delay of [...ASYNC_RETRY_DELAYS_MS, undefined]) {
      const leave = await this.concurrency.enterByAndBy(fn, isWanted);
      if (!leave || !('error' in await this.run(fn, invocation, leave)) || delay === undefined) { return; }
      await clock.sleep(delay);
    }
  }

  private async run(fn: LambdaFunction, { payload, accessKeyId }: Invocation, leave: Leave): Promise<Outcome> {
    const nested = accessKeyId !== undefined && this.pool.isBusy(accessKeyId);
    try {
      await this.world.clock.sleep(INVOCATION_MS);
      return await this.pool.use(fn, nested, (process, work) => (
        process.invoke({ requestId: randomUUID(), payload, functionArn: fn.arn }, fn.configuration.timeoutSeconds, work)
      ));
    } catch (error) {
      // the role can no longer be assumed
      return { error: { errorType: (error as Error).name, errorMessage: (error as Error).message } };
    } finally {
      leave();
    }
  }

  private async startProcess(fn: LambdaFunction): Promise<FunctionProcess> {
    const { world, runtime, gateway } = this;
    const { roleArn, functionName, kmsKeyArn } = fn.configuration;
    if (kmsKeyArn !== undefined && world.kms.keyPolicy(kmsKeyArn) === undefined) {
      throw new ServiceError('KMSAccessDeniedException', 'Lambda was unable to decrypt the environment variables because KMS access was denied.', 502);
    }
    const credentials = await world.iam.assumeRole({ roleArn, sessionName: functionName, principal: SERVICE });
    const stream = `${this.now().toISOString().slice(0, 10).replace(/-/g, '/')}/[$LATEST]${randomUUID().replace(/-/g, '')}`;
    const log = new LogWriter(world, roleArn, logGroupOf(fn.configuration), stream);
    this.holders.set(credentials.accessKeyId, fn);
    const environment = environmentOf(fn, credentials, stream, world, runtime, this.reaches(credentials.accessKeyId, 's3') ? gateway : undefined);
    return new FunctionProcess(fn, credentials.accessKeyId, world, environment, line => log.write(line));
  }

  private attach({ vpc }: FunctionConfiguration): void {
    if (vpc) { this.world.ec2.interfaces.add(vpc); }
  }

  /** Lambda deletes the network interfaces later, with what the function's role may do then. */
  private async detach({ vpc }: FunctionConfiguration, roleArn: string): Promise<void> {
    const mayDelete = () => this.world.iam.isAllowed({ principal: { roleArn }, action: 'ec2:DeleteNetworkInterface', resource: '*' });
    if (vpc) { await this.world.ec2.interfaces.delete(vpc, mayDelete); }
  }

  private async check(configuration: FunctionConfiguration): Promise<void> {
    const { functionName, runtime, roleArn, environment } = configuration;
    checkSizes(configuration);
    if (!RUNTIMES.test(runtime)) { throw new NotSupportedError(`the Lambda runtime ${runtime} (function ${functionName})`); }
    const reserved = reservedNames(environment);
    if (reserved.length > 0) {
      throw invalidParameter('Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys '
        + `that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`);
    }
    try {
      await this.world.iam.assumeRole({ roleArn, sessionName: functionName, principal: SERVICE });
    } catch {
      throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
    }
    await checkNeeds(this.arn(functionName), configuration, this.world);
  }

  private async unpack({ functionName, code }: FunctionConfiguration): Promise<string> {
    const folder = this.runtime.codeFolder(functionName);
    try {
      await this.world.clock.work(() => unzip(code, folder));
    } catch {
      throw invalidParameter('Could not unzip uploaded file. Please check your file, then try to upload again.');
    }
    return folder;
  }

  private arn(functionName: string): string {
    return `arn:aws:lambda:${this.world.region}:${ACCOUNT}:function:${functionName}`;
  }

  private now(): Date {
    return new Date(this.world.clock.now());
  }
}

function checkSizes({ functionName, description, timeoutSeconds, environment }: FunctionConfiguration): void {
  checkLength('lambdaFunctionName', 'functionName', functionName);
  checkLength('lambdaDescription', 'description', description);
  checkQuota('lambdaTimeout', timeoutSeconds, most => (
    `1 validation error detected: Value at 'timeout' failed to satisfy constraint: Member must have value less than or equal to ${most}`));
  const variables = JSON.stringify(environment);
  checkQuota('lambdaEnvironment', sizeOf('lambdaEnvironment', variables), () => (
    'Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. '
    + `String measured: ${variables}`));
}

function withinQuota(outcome: Outcome): Outcome {
  return 'payload' in outcome && isBeyond('lambdaResponse', sizeOf('lambdaResponse', outcome.payload)) ? {
    error: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: `Response payload size exceeded maximum allowed payload size (${quota('lambdaResponse')} bytes).`,
    },
  } : outcome;
}

function resourcePolicy(statements: object[]): object {
  return { Version: '2012-10-17', Id: 'default', Statement: statements };
}

function invalidParameter(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message);
}
