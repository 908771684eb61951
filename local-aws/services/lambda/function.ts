import type { VpcConfig } from '../ec2/store';

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
  readonly logging: {
    /** default: `/aws/lambda/<name>` */
    readonly logGroup?: string;
    readonly format: 'Text' | 'JSON';
    /** TRACE, DEBUG, INFO … FATAL; only for the format JSON */
    readonly applicationLevel: string;
  };
  readonly reservedConcurrency?: number;
  readonly vpc?: VpcConfig;
  /** encrypts the environment */
  readonly kmsKeyArn?: string;
  readonly tracing?: boolean;
  readonly deadLetterQueueArn?: string;
}

export interface LambdaFunction {
  readonly arn: string;
  configuration: FunctionConfiguration;
  /** folder with the unpacked code */
  codeFolder: string;
  /** counts changes; the processes of an older revision take no more invocations */
  revision: number;
  lastModified: Date;
  /** the statements of its resource policy, by ID */
  readonly permissions: Map<string, object>;
}

export function logGroupOf({ functionName, logging }: FunctionConfiguration): string {
  return logging.logGroup ?? `/aws/lambda/${functionName}`;
}
