import * as path from 'path';
import { logGroupOf, type LambdaFunction } from './function';
import type { RuntimeFolder } from './runtime-folder';
import type { World } from '../../world';
import type { Credentials } from '../iam/credentials';

/** Where responses to CloudFormation go: a host name that only function processes can resolve, at a local port. */
export interface ResponseGateway {
  readonly host: string;
  readonly port: number;
  /** with the certificate to trust */
  readonly certificateFile: string;
}

const RESERVED = [
  '_HANDLER', 'AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME', 'AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LAMBDA_TASK_ROOT',
];

/** The variables that a function may not set. */
export function reservedNames(environment: Record<string, string>): string[] {
  return Object.keys(environment).filter(name => RESERVED.includes(name));
}

/** The whole environment of a function's process: nothing of this machine's environment gets in. */
export function environmentOf(
  fn: LambdaFunction,
  credentials: Credentials,
  logStream: string,
  world: Pick<World, 'region' | 'clock' | 'endpoint'>,
  runtime: RuntimeFolder,
  gateway?: ResponseGateway,
): Record<string, string> {
  const { configuration } = fn;
  const preload = JSON.stringify(path.join(__dirname, 'preload.cjs'));
  return {
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
    ...configuration.environment,
    _HANDLER: configuration.handler,
    LAMBDA_TASK_ROOT: fn.codeFolder,
    AWS_REGION: world.region,
    AWS_DEFAULT_REGION: world.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: configuration.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(configuration),
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    // not of Lambda: what makes it local
    AWS_ENDPOINT_URL: world.endpoint,
    HOME: runtime.home,
    NODE_PATH: runtime.modules,
    NODE_OPTIONS: [`--require ${preload}`, configuration.environment.NODE_OPTIONS ?? ''].join(' ').trim(),
    LOCAL_AWS_TIME: String(world.clock.now()),
    ...gateway && {
      NODE_EXTRA_CA_CERTS: gateway.certificateFile,
      LOCAL_AWS_RESPONSE_HOST: gateway.host,
      LOCAL_AWS_RESPONSE_PORT: String(gateway.port),
    },
  };
}
