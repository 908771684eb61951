import { memoize } from '../../node_modules/@smithy/core/dist-es/submodules/config/index.js';

/**
 * Stands in for `@smithy/core/config` in the bundle (see projenrc/lambda-bundle.ts): the same selectors and defaults, for the
 * environment alone. A Lambda function has no ~/.aws/config to look for at its first call, and no instance metadata.
 */
export * from '../../node_modules/@smithy/core/dist-es/submodules/config/index.js';

interface Setting<T> {
  readonly environmentVariableSelector: (env: NodeJS.ProcessEnv, options?: object) => T | undefined;
  readonly default: T | (() => T | Promise<T>);
}

export function loadConfig<T>(setting: Setting<T>, options?: object): () => Promise<T> {
  return memoize(async () => {
    const { default: fallback } = setting;
    return fromEnvironment(setting, options) ?? (fallback instanceof Function ? fallback() : fallback);
  });
}

function fromEnvironment<T>({ environmentVariableSelector }: Setting<T>, options?: object): T | undefined {
  try {
    return environmentVariableSelector(process.env, options);
  } catch { // as in the SDK, a value that makes no sense does not count
    return undefined;
  }
}

/** Only tunes what lambda/index.ts sets itself: attempts and timeouts. */
export const resolveDefaultsModeConfig = () => async () => 'legacy';
