import type { Work } from './work';
import type { World } from './world';

/** The account that everything happens in. */
export const ACCOUNT = '111122223333';

/** Simulated time: it can run faster than the wall clock, never backwards. */
export interface Clock {
  /** the real time, in milliseconds since the epoch, at which simulated time started */
  readonly origin: number;
  /** simulated milliseconds since the epoch */
  now(): number;
  /** Resolves after this many simulated milliseconds. */
  sleep(ms: number): Promise<void>;
  /** Runs something that takes real time, such as a function's process. Simulated time stands still, unless the work is paused. */
  work<T>(action: (work: Work) => Promise<T>): Promise<T>;
}

/** Who signed a request, by its access key ID. */
export interface Caller {
  readonly accessKeyId: string;
  readonly account: string;
  /** `arn:aws:iam::…:user/deployer` or `arn:aws:sts::…:assumed-role/<role>/<session>` */
  readonly arn: string;
  /** the role's own ARN in a role session; its policies count */
  readonly roleArn?: string;
}

/** An error that a service answers. */
export class ServiceError extends Error {
  constructor(public readonly code: string, message: string, public readonly status = 400) {
    super(message);
    this.name = code;
  }
}

/** The value; throws the error if it is undefined. */
export function found<T>(value: T | undefined, error: () => Error): T {
  if (value === undefined) { throw error(); }
  return value;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) { resolve(); }
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Whatever local AWS cannot do is refused by name, never ignored. */
export class NotSupportedError extends ServiceError {
  constructor(what: string) {
    super('LocalAwsNotSupported', `local AWS does not support ${what}`, 501);
  }
}

/** An HTTP request to a service. */
export interface ApiRequest {
  readonly method: string;
  /** decoded, without the query */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string | undefined>;
  readonly body: Buffer;
  readonly caller: Caller;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** The API of a service behind the endpoint. */
export interface Api {
  /** by which requests find it, as their SigV4 credential scope names it */
  readonly signingName: string;
  /** The operation's name, for dispatch, the call log and faults. */
  operation(request: ApiRequest): string;
  handle(operation: string, request: ApiRequest, world: World, requestId: string): Promise<ApiResponse>;
  /** An error in the protocol of the service. */
  error(error: ServiceError, requestId: string): ApiResponse;
}
