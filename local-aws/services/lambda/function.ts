/** What CloudFormation says of a function. */
export interface FunctionConfiguration {
  readonly functionName: string;
  /** the zip file */
  readonly code: Buffer;
  readonly handler: string;
  readonly roleArn: string;
  readonly runtime: string;
  readonly timeoutSeconds: number;
  readonly memorySize: number;
  readonly description?: string;
  readonly environment: Record<string, string>;
  readonly logging: LoggingConfiguration;
  readonly reservedConcurrency?: number;
}

export interface LoggingConfiguration {
  /** default: `/aws/lambda/<name>` */
  readonly logGroup?: string;
  readonly format: 'Text' | 'JSON';
  /** TRACE, DEBUG, INFO … FATAL; counts for format JSON only */
  readonly applicationLevel: string;
}

/** A function as it lives on: configuration, unpacked code and resource policy. */
export interface LambdaFunction {
  readonly arn: string;
  configuration: FunctionConfiguration;
  /** folder with the unpacked code */
  codeFolder: string;
  /** counts the changes of code and configuration: processes of an older one take no more invocations */
  revision: number;
  lastModified: Date;
  readonly permissions: Map<string, object>;
}

export function logGroupOf({ functionName, logging }: FunctionConfiguration): string {
  return logging.logGroup ?? `/aws/lambda/${functionName}`;
}

/** The function's resource policy, when it has statements. */
export function resourcePolicyOf(fn: LambdaFunction): object | undefined {
  return fn.permissions.size > 0 ? { Version: '2012-10-17', Statement: [...fn.permissions.values()] } : undefined;
}
