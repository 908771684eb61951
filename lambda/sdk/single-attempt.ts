import { randomUUID } from 'node:crypto';

/**
 * Stands in for `@smithy/core/retry` in the bundle (see projenrc/lambda-bundle.ts). The client makes one attempt (lambda/index.ts),
 * the lifecycle is what tries again: retry strategies, back-off and rate limiter would only cost size and load time.
 */
export const getRetryPlugin = () => ({
  applyToStack: (stack: { add(middleware: typeof singleAttempt, options: object): void }) => {
    // the signing middleware finds its place by this name, and signs these headers
    stack.add(singleAttempt, { name: 'retryMiddleware', step: 'finalizeRequest', priority: 'high', override: true });
  },
});

export const resolveRetryConfig = <T>(config: T): T => config;

interface Signable {
  readonly request: { readonly headers: Record<string, string> };
}

const singleAttempt = <T>(next: (args: Signable) => Promise<T>) => async (args: Signable): Promise<T> => {
  const { headers } = args.request;
  headers['amz-sdk-invocation-id'] = randomUUID();
  headers['amz-sdk-request'] = 'attempt=1; max=1';
  return next(args);
};

// what else the client asks this module for, to settle what is settled here
export const DEFAULT_RETRY_MODE = 'standard';
export const RETRY_MODES = { STANDARD: 'standard', ADAPTIVE: 'adaptive' };
const unused = { environmentVariableSelector: () => undefined, configFileSelector: () => undefined, default: 1 };
export { unused as NODE_MAX_ATTEMPT_CONFIG_OPTIONS, unused as NODE_RETRY_MODE_CONFIG_OPTIONS };
